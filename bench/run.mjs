/** `npm run bench`: measures heddle against its peers, each figure in processes of its own, alternating. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError, program } from "commander";
import { figures } from "./figures.mjs";
import { machine, versions } from "./machine.mjs";
import { measureRow } from "./rounds.mjs";
import { loadRow, names } from "./rows/all.mjs";
import { table } from "./table.mjs";

const results = fileURLToPath(new URL("./results/", import.meta.url));

program
  .name("npm run bench --")
  .description("Measures heddle against its peers and writes a table and JSON to bench/results.")
  .argument("[rows...]", `which rows: ${names.join(", ")}; default all`)
  .option("--rounds <count>", "measurements of each contender", count, 5)
  .option("--calls <count>", "calls a measurement; default each row's own", count)
  .option("--out <folder>", "where the results go", results)
  .action(bench);

await program.parseAsync();

async function bench(rows, { rounds, calls, out }) {
  const unknown = rows.filter(name => !names.includes(name));
  if (unknown.length > 0) program.error(`no row ${unknown.join(", ")}; there are ${names.join(", ")}`);
  const about = { machine: machine(), versions: versions(), rounds };
  const done = [];
  const { node, ...others } = about.versions;
  const listed = Object.entries(others).map(([name, version]) => `${name} ${version}`);
  print(`${about.machine.cores} cores, Node ${node}; ${listed.join(", ")}; medians of ${rounds}\n`);
  for (const name of rows.length > 0 ? rows : names) {
    const row = await loadRow(name);
    const measured = await measureRow(name, row, { rounds, calls: calls ?? row.calls, onMeasured });
    const { title, floor, goal, whole, of } = row;
    done.push({ name, title, calls: calls ?? row.calls, of, floor, goal, whole, lines: figures(measured), measured });
    print(table(done.at(-1), about.versions));
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "bench.json"), `${JSON.stringify({ ...about, rows: done }, null, 2)}\n`);
  writeFileSync(join(out, "bench.md"), done.map(row => table(row, about.versions)).join("\n"));
}

function onMeasured(round, who, result) {
  if (process.stderr.isTTY) process.stderr.write(`  ${round + 1} ${who}: ${result?.us.toFixed(2) ?? "failed"} µs\n`);
}

function count(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number above 0.");
  return value;
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
