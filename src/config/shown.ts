/** Values as error messages show them. */
import { inspect } from "node:util";

/** One short line that shows a value: `"12 parsecs"`, `[ 1, 2 ]`, `NaN`. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}`;
  const line = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 5 });
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}
