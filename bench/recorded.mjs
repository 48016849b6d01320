/** The ratios that are kept in git: what `--check` compares with, and what the picture shows. */
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
    done.map(({ name, title, calls, unit, seconds, lines, measured, machine, versions }) => {
      const kept = lines.filter(line => line.ratio !== undefined);
      const ratios = kept.map(({ who, from, ratio, spread }) => [
        who,
        { from, version: versions[from], ratio: round(ratio), spread: round(spread), rounds: measured[who].length },
      ]);
      const about = {
        title,
        calls,
        unit: unit.name,
        seconds: round(seconds),
        cores: machine.cores,
        node: versions.node,
      };
      return [name, { ...about, ratios: Object.fromEntries(ratios) }];
    }),
  );
}

function round(x) {
  return Number(x.toPrecision(4));
}
