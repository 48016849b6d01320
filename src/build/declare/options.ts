import { checkKeys } from "../../config/nearest.ts";
import { shown } from "../../config/shown.ts";
import { OptionError } from "../../errors.ts";
import { checkOptions, taskOptions } from "../../task/options.ts";
import { checkInputs } from "./inputs.ts";
import { DirNode, FileNode, isNode } from "./nodes.ts";
import { MadeTarget } from "./registry.ts";
import type { InputsOf, TargetOptions } from "./types.ts";

const OWN = ["inputs", "outputs", "id", "after", "skip", "skipIf", "persist", "atomic"];
/** A target keeps its outputs itself, and is called by its name. */
const NOT = ["cache", "compress", "callName"];
const KNOWN = [...OWN, ...taskOptions.filter(name => !NOT.includes(name))];

/** @throws OptionError for what no target can have. */
export function checkTargetOptions(name: string, options: TargetOptions): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const problem = `${shown(options)} is not an object of options`;
    throw new OptionError({ where: `target "${name}"`, problem, hint: USE });
  }
  let ofTask: Record<string, unknown> | null = null;
  for (const key in options) {
    const value = options[key as keyof TargetOptions];
    const check = CHECKS[key];
    if (check === undefined) {
      ofTask ??= {};
      ofTask[key] = value;
    } else if (value !== undefined) check(value, name);
  }
  if (ofTask === null) return;
  const where = `target "${name}"`;
  for (const key of Object.keys(ofTask)) if (NOT.includes(key)) throw refused(where, key);
  checkKeys(ofTask, KNOWN, where);
  checkOptions("task", name, ofTask, false);
}

function one(key: string, fits: (value: unknown) => boolean, hint: string): (value: unknown, name: string) => void {
  return (value, name) => {
    if (fits(value)) return;
    const where = `target "${name}", ${key}`;
    throw new OptionError({ where, problem: `${shown(value)} is not possible`, hint });
  };
}

const isTruth = (value: unknown) => typeof value === "boolean";

const isNames = one("inputs", isRecord, 'Give names: { raw: file("data/raw.csv") }.');

const CHECKS: Readonly<Record<string, (value: unknown, name: string) => void>> = {
  inputs: (value, name) => {
    isNames(value, name);
    checkInputs(value as InputsOf, name);
  },
  outputs: checkOutputs,
  id: one(
    "id",
    value => (typeof value === "number" ? Number.isFinite(value) : typeof value === "string" && value !== ""),
    "Give a text or a number that is another one in each turn of the loop.",
  ),
  after: one(
    "after",
    value => [value].flat().every(each => each instanceof MadeTarget),
    "Give targets, such as [clean, part(3)].",
  ),
  skip: one("skip", value => isTruth(value) || typeof value === "string", "Give true, or a reason."),
  skipIf: one(
    "skipIf",
    value => typeof value === "function",
    "Give a function that returns true, or a reason, to leave it out.",
  ),
  persist: one("persist", isTruth, "Give true or false."),
  atomic: one("atomic", isTruth, "Give true or false."),
};

const USE = 'Write target("name", { inputs: { … }, outputs: { … } }, fn).';

function refused(where: string, key: string): Error {
  const hint =
    key === "callName"
      ? "Displays call a target by its name; id and parameters are part of it."
      : "Leave it out: a target is built only when something has changed, and what it made is kept as its outputs.";
  return new OptionError({ where, problem: `a target has no option "${key}"`, hint });
}

function checkOutputs(outputs: unknown, name: string): void {
  if (isRecord(outputs)) {
    let deep = false;
    for (const key in outputs) deep ||= !isOutput(outputs[key]);
    if (!deep) return;
  }
  const bad = isRecord(outputs) ? leavesOf(outputs).find(leaf => !isOutput(leaf)) : outputs;
  if (isRecord(outputs) && leavesOf(outputs).every(isOutput)) return;
  throw new OptionError({
    where: `target "${name}", outputs`,
    problem: isRecord(outputs) ? `${shown(bad)} is no file or folder` : `${shown(bad)} is not possible`,
    hint: 'Give names: { table: file("bld/table.json"), parts: dir("bld/parts") }.',
  });
}

function isOutput(value: unknown): boolean {
  return value instanceof FileNode || value instanceof DirNode;
}

function leavesOf(value: unknown): unknown[] {
  if (isNode(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isRecord(value) ? Object.values(value).flatMap(leavesOf) : [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isNode(value);
}
