/** Inputs that are values: what stands for each of them in records. */
import { markOf, primitiveText } from "../../codec/digest.ts";
import { isNode } from "../declare/nodes.ts";
import type { InputsOf } from "../declare/types.ts";
import type { Reading } from "./record.ts";

/** One a name, unless it is a file, or the like, itself. In structures, these are holes. */
export function valuesOf(name: string, inputs: InputsOf | undefined): readonly Reading[] {
  const readings: Reading[] = [];
  for (const at in inputs) {
    const value = inputs[at];
    if (!isNode(value)) readings.push({ at, path: null, mark: markFor(value, name) });
  }
  return readings;
}

function markFor(value: unknown, task: string): string {
  return primitiveText(value) ?? markOf(value, { task, role: "input" }, part => (isNode(part) ? 0 : undefined)).text;
}
