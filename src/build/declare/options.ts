import { checkKeys } from "../../config/nearest.ts";
import { shown } from "../../config/shown.ts";
import { OptionError } from "../../errors.ts";
import { checkOptions, taskOptions } from "../../task/options.ts";
import { DirNode, FileNode, isNode } from "./nodes.ts";
import { MadeTarget } from "./registry.ts";
import { nodesIn } from "./structure.ts";
import type { TargetOptions } from "./types.ts";

const OWN = ["inputs", "outputs", "id", "after", "skip", "skipIf", "persist", "atomic"] as const;
/** A target keeps its outputs itself, and is called by its name. */
const NOT = ["cache", "compress", "callName"];
const KNOWN = [...OWN, ...taskOptions.filter(name => !NOT.includes(name))];

/** @throws OptionError for what no target can have. */
export function checkTargetOptions(name: string, options: TargetOptions): void {
  const where = `target "${name}"`;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new OptionError({ where, problem: `${shown(options)} is not an object of options`, hint: USE });
  }
  for (const key of Object.keys(options)) if (NOT.includes(key)) throw refused(where, key);
  checkKeys(options, KNOWN, where);
  const { inputs, outputs, id, after, skip, skipIf, persist, atomic, ...ofTask } = options;
  if (Object.keys(ofTask).length > 0) checkOptions("task", name, ofTask, false);
  const fail = (key: string, value: unknown, hint: string): never => {
    throw new OptionError({ where: `${where}, ${key}`, problem: `${shown(value)} is not possible`, hint });
  };
  if (inputs !== undefined && !isRecord(inputs)) fail("inputs", inputs, 'Give names: { raw: file("data/raw.csv") }.');
  if (outputs !== undefined) checkOutputs(outputs, where);
  if (id !== undefined && (typeof id !== "number" ? typeof id !== "string" || id === "" : !Number.isFinite(id)))
    fail("id", id, "Give a text or a number that is another one in each turn of the loop.");
  for (const each of after === undefined ? [] : [after].flat())
    if (!(each instanceof MadeTarget)) fail("after", each, "Give targets, such as [clean, part(3)].");
  if (skip !== undefined && typeof skip !== "boolean" && typeof skip !== "string")
    fail("skip", skip, "Give true, or a reason.");
  if (skipIf !== undefined && typeof skipIf !== "function")
    fail("skipIf", skipIf, "Give a function that returns true, or a reason, to leave it out.");
  if (persist !== undefined && typeof persist !== "boolean") fail("persist", persist, "Give true or false.");
  if (atomic !== undefined && typeof atomic !== "boolean") fail("atomic", atomic, "Give true or false.");
}

const USE = 'Write target("name", { inputs: { … }, outputs: { … } }, fn).';

function refused(where: string, key: string): Error {
  const hint =
    key === "callName"
      ? "Displays call a target by its name; id and parameters are part of it."
      : "Leave it out: a target is built only when something has changed, and what it made is kept as its outputs.";
  return new OptionError({ where, problem: `a target has no option "${key}"`, hint });
}

function checkOutputs(outputs: unknown, where: string): void {
  const hint = 'Give names: { table: file("bld/table.json"), parts: dir("bld/parts") }.';
  if (!isRecord(outputs)) {
    throw new OptionError({ where: `${where}, outputs`, problem: `${shown(outputs)} is not possible`, hint });
  }
  const good = nodesIn(outputs).filter(({ node }) => node instanceof FileNode || node instanceof DirNode);
  const leaves = leavesOf(outputs);
  if (leaves.length === good.length) return;
  const bad = leaves.find(leaf => !(leaf instanceof FileNode || leaf instanceof DirNode));
  throw new OptionError({ where: `${where}, outputs`, problem: `${shown(bad)} is no file or folder`, hint });
}

function leavesOf(value: unknown): unknown[] {
  if (isNode(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isRecord(value) ? Object.values(value).flatMap(leavesOf) : [value];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isNode(value);
}
