/** What was measured, in a folder: rows of this time replace their earlier ones. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { names } from "./rows/all.mjs";

export function readResults(folder) {
  const file = join(folder, "bench.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).rows : [];
}

export function writeResults(folder, earlier, done) {
  const kept = earlier.filter(row => !done.some(({ name }) => name === row.name));
  const rows = [...kept, ...done].sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "bench.json"), `${JSON.stringify({ rows }, null, 2)}\n`);
  writeFileSync(join(folder, "bench.md"), rows.map(({ text }) => text).join("\n"));
}
