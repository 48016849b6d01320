/** heddle's own version, from its package.json. */
import { readFileSync } from "node:fs";

export function heddleVersion(): string {
  // As far from dist/cli as from src/cli.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
