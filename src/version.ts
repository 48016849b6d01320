import { readFileSync } from "node:fs";
import { home } from "./platform.ts";

let version: string | undefined;

/** The version of this package. */
export function heddleVersion(): string {
  version ??= (JSON.parse(readFileSync(new URL("../package.json", home), "utf8")) as { version: string }).version;
  return version;
}
