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
  const length = Array.isArray(value) ? nodesAlone(value) : 0;
  if (length === 0) return primitiveText(value) ?? fullMark(value, task);
  lists[length] ??= fullMark(value, task);
  return lists[length];
}

/** The marks of lists of nodes by their lengths, as there are many of these. */
const lists: string[] = [];

/** The length of a list in which there is nothing else than nodes, else 0. */
function nodesAlone(list: readonly unknown[]): number {
  for (let at = 0; at < list.length; at++) if (!isNode(list[at])) return 0;
  return Object.keys(list).length === list.length ? list.length : 0;
}

function fullMark(value: unknown, task: string): string {
  return markOf(value, { task, role: "input" }, part => (isNode(part) ? 0 : undefined)).text;
}
