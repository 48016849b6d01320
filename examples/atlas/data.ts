import { readFileSync, writeFileSync } from "node:fs";
import { csvParse, type DSVRowString } from "d3-dsv";
import { file } from "heddle/build";

/** A file of the npm package `vega-datasets`, as an input: it counts by its bytes. */
export const source = (name: string) => file(new URL(`../data/${name}`, import.meta.resolve("vega-datasets")));

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 1)}\n`);
}

export function readCsv<C extends string>(path: string): DSVRowString<C>[] {
  return csvParse<C>(readFileSync(path, "utf8"));
}
