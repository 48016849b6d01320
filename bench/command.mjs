/** The command line: which rows, how often, and what becomes of the results. */
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError, program } from "commander";
import { checked, compared, comparedWith, isBehind } from "./check.mjs";
import { picture } from "./picture.mjs";
import { findPython } from "./python.mjs";
import { page, readRecorded, record, writeRecorded } from "./recorded.mjs";
import { readResults, writeResults } from "./results.mjs";
import { loadRow, names } from "./rows/all.mjs";
import { session } from "./session.mjs";
import { listed } from "./table.mjs";

const at = path => fileURLToPath(new URL(path, import.meta.url));

program
  .name("npm run bench --")
  .description("Measures heddle against its peers and floors; writes tables and JSON to bench/results.")
  .argument("[rows...]", "which rows; default all")
  .option("--list", "say which rows there are")
  .option("--rounds <count>", "measurements of each contender; default each row's own, mostly 5", count)
  .option("--calls <count>", "calls a measurement; default each row's own", count)
  .option("--only <names>", "only these contenders besides heddle, such as piscina,floor", text => text.split(","))
  .option("--no-python", "leave out the contenders that are written in Python")
  .option("--add", "add rounds to those in the results")
  .option("--out <folder>", "where the results go", at("./results/"))
  .option("--record", "keep the results in bench/recorded.json, for --check, and write them into the docs")
  .option("--check", "compare with the recorded ratios, and fail if heddle has fallen behind")
  .option("--picture", "only write what is recorded into the docs: a picture, and a page of tables")
  .action(bench);

await program.parseAsync();

async function bench(given, options) {
  const unknown = given.filter(name => !names.includes(name));
  if (unknown.length > 0) program.error(`no row ${unknown.join(", ")}; there are ${names.join(", ")}`);
  if (options.list) return print(listed(await Promise.all(names.map(loadRow))));
  if (!existsSync(at("../dist/index.js"))) program.error("heddle is not built: npm run build");
  if (!options.picture || options.record || given.length > 0) await measured(given, options);
  if (options.picture || options.record) writeDocs();
}

function writeDocs() {
  const recorded = readRecorded();
  writeFileSync(at("../docs/pictures/bench.svg"), picture(recorded));
  writeFileSync(at("../docs/bench-figures.md"), page(recorded));
}

async function measured(given, options) {
  const recorded = readRecorded();
  const wanted = given.length > 0 ? given : names.filter(name => !options.check || recorded[name] !== undefined);
  const rows = (await Promise.all(wanted.map(loadRow))).map(row => chosen(row, options, recorded[row.name]));
  const python = rows.some(usesPython) ? findPython() : undefined;
  const measure = (some, earlier, add) => {
    // After each row, as the whole takes long and may be interrupted.
    const onRow = done => {
      print(done.at(-1).text);
      writeResults(options.out, earlier, done);
      if (options.record) writeRecorded({ ...recorded, ...record(done) });
    };
    return session(some, { ...options, add, python, recorded, earlier, print, onRow });
  };
  const done = await measure(rows, readResults(options.out), options.add);
  if (!options.check) return;
  const results = await compared(done, recorded, names => {
    print(`Once more, as it may be chance: ${names.join(", ")}\n`);
    return measure(
      rows.filter(({ name }) => names.includes(name)),
      readResults(options.out),
      true,
    );
  });
  print(checked(results));
  if (results.some(isBehind)) process.exitCode = 1;
}

/** heddle, and whom it is to be compared with: in a check, whom it was compared with when that was recorded. */
function chosen(row, { only, python, check }, recorded) {
  const wanted = check && recorded !== undefined ? comparedWith(recorded) : only;
  const isWanted = ([who, one]) =>
    who === "heddle" || ((wanted === undefined || wanted.includes(who)) && (python || one.python === undefined));
  return { ...row, contenders: Object.fromEntries(Object.entries(row.contenders).filter(isWanted)) };
}

function usesPython({ contenders }) {
  return Object.values(contenders).some(one => one.python !== undefined);
}

function count(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number above 0.");
  return value;
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
