/** What cannot be an input, found where a target is defined. */
import { containerKind } from "../../codec/containers.ts";
import { shown } from "../../config/shown.ts";
import { OptionError } from "../../errors.ts";
import { isNode } from "./nodes.ts";
import { MadeTarget } from "./registry.ts";
import { atOf, nodesIn } from "./structure.ts";
import type { InputsOf } from "./types.ts";

/** @throws OptionError, which names the place. */
export function checkInputs(inputs: InputsOf, target: string): void {
  for (const key in inputs) {
    const value = inputs[key];
    const isPlain = typeof value === "string" || typeof value === "number" || isNode(value);
    if (!isPlain) check(value, [key], target, []);
  }
}

function check(value: unknown, keys: readonly string[], target: string, within: readonly object[]): void {
  if (value instanceof MadeTarget) {
    const [output] = nodesIn(value.outputs);
    const one = output === undefined ? "result" : `outputs.${atOf(output.keys)}`;
    throw refused(
      keys,
      target,
      `${value.name} is a target`,
      `Take what it makes, or what it returns: ${value.name}.${one}.`,
    );
  }
  if (value === undefined) {
    const hint =
      "Check the name, if it is an output of another target. Leave the input out, or give null, for nothing.";
    throw refused(keys, target, "it is undefined", hint);
  }
  if (typeof value === "function") {
    const hint =
      "targetName" in value
        ? `Give parameters, and take what that target makes: ${String(value.targetName)}(1).outputs.`
        : "Call it in the target's function: its code counts then.";
    throw refused(keys, target, `${shown(value)} is a function`, hint);
  }
  if (typeof value === "symbol") throw refused(keys, target, `${shown(value)} is a symbol`, "Give a text.");
  if (typeof value !== "object" || value === null || isNode(value)) return;
  if (within.includes(value)) {
    throw refused(keys, target, "it contains itself", "Give it without what leads back.");
  }
  const kind = containerKind(value);
  if (kind === "map" || kind === "set") checkHeld(value as ReadonlyMap<unknown, unknown>, keys, target);
  if (kind !== "array" && kind !== "object") return;
  const path = [...within, value];
  if (kind === "array") {
    for (const [at, part] of (value as readonly unknown[]).entries()) {
      if (typeof part !== "number" && typeof part !== "string") check(part, [...keys, String(at)], target, path);
    }
  } else for (const [key, part] of Object.entries(value)) check(part, [...keys, key], target, path);
}

/** Nobody looks for files in Maps and Sets. */
function checkHeld(
  value: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>,
  keys: readonly string[],
  target: string,
): void {
  const parts = [...value.values(), ...value.keys()];
  const held = parts.find(part => part instanceof MadeTarget || nodesIn(part).length > 0);
  if (held === undefined) return;
  const what = value instanceof Map ? "Map" : "Set";
  const problem = `${shown(held)} stands in a ${what}, in which files and results are not looked for`;
  throw refused(keys, target, problem, "Put it into an array or an object.");
}

function refused(keys: readonly string[], target: string, problem: string, hint: string): Error {
  return new OptionError({ where: `target "${target}", inputs.${atOf(keys)}`, problem, hint });
}
