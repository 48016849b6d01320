import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { csvParse, type DSVRowString } from "d3-dsv";
import { file } from "heddle/build";

const vega = join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "../data");

/** A file of the npm package `vega-datasets`, as an input: it counts by its bytes. */
export const source = (name: string) => file(pathToFileURL(join(vega, name)));

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 1)}\n`);
}

export function readCsv<C extends string>(path: string): DSVRowString<C>[] {
  return csvParse<C>(readFileSync(path, "utf8"));
}
