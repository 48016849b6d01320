/** What is kept in git: the ratios that `--check` compares with and the picture shows, and the tables of the docs. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { names } from "./rows/all.mjs";

const file = new URL("./recorded.json", import.meta.url);

export function readRecorded() {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

export function writeRecorded(rows) {
  const known = names.filter(name => rows[name] !== undefined).map(name => [name, rows[name]]);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
}

/** What of rows that have been measured is kept. */
export function record(done) {
  return Object.fromEntries(
    done.map(({ name, short, calls, rounds, seconds, lines, measured, machine, versions, text }) => {
      const ratios = lines
        .filter(line => line.ratio !== undefined)
        .map(({ who, from, ratio, spread }) => [
          who,
          {
            from,
            version: versions[from],
            ratio: rounded(ratio),
            spread: rounded(spread),
            rounds: measured[who].filter(result => result !== null).length,
          },
        ]);
      const about = {
        title: short,
        calls,
        rounds,
        seconds: rounded(seconds),
        cores: machine.cores,
        node: versions.node,
      };
      return [name, { ...about, ratios: Object.fromEntries(ratios), text }];
    }),
  );
}

const rounded = x => Number(x.toPrecision(4));

const HEAD = `# Figures of the benchmarks

What [the bench](bench.md) has measured, row by row. \`npm run bench -- --picture\` writes this page; the ratios count.
`;

/** The tables, as a page of the docs. */
export function page(recorded) {
  const rows = Object.values(recorded).map(({ text, rounds, cores, node }) => {
    const medians = rounds === 1 ? "one round" : `medians of ${rounds} rounds`;
    return `${text.trim().replace(/^###/, "##")}\n\nOn ${cores} cores with Node ${node}, ${medians}.\n`;
  });
  return `${HEAD}\n${rows.join("\n")}`;
}
