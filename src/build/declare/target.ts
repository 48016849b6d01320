import { shown } from "../../config/shown.ts";
import { DuplicateTargetError, OptionError, TargetInsideError, TaskNameError } from "../../errors.ts";
import type { Definition } from "../../task/definition.ts";
import { identityOf as taskIdentity } from "../../task/identity.ts";
import { callerOf, type Location } from "../../task/location.ts";
import { shared } from "../../task/shared.ts";
import { underTestRunner } from "../../task/task.ts";
import type { Job } from "../work/job.ts";
import { perform } from "../work/perform.ts";
import { DirNode, FileNode } from "./nodes.ts";
import { checkTargetOptions } from "./options.ts";
import { type AnyBody, type Family, MadeTarget, registry } from "./registry.ts";
import { nodesIn } from "./structure.ts";
import type { Body, InputsOf, Outputs, Parameter, ParametricTarget, Target, TargetOptions } from "./types.ts";

/**
 * Binds a function to files: `heddle build` runs it when its code, an input's content or an output is not as it was.
 *
 * With a function in the place of the options it is parametric: `part(3)` is a target for 3, named so. A target is made
 * while modules are loaded, in loops too, where `id` tells repetitions apart; targets of parametric ones are also made
 * by being returned from another target.
 *
 * @throws OptionError, TaskNameError, DuplicateTargetError; TargetInsideError within a running task.
 * @example
 * import { copyFile } from "node:fs/promises";
 * export const clean = target(
 *   "clean",
 *   { inputs: { raw: file("data/raw.csv") }, outputs: { table: file("bld/clean.json") } },
 *   async ({ raw }, { table }) => copyFile(raw, table),
 * );
 */
export function target<I extends InputsOf, O extends Outputs, R>(
  name: string,
  options: TargetOptions<I, O>,
  body: Body<I, O, R>,
): Target<O, Awaited<R>>;
export function target<A extends readonly Parameter[], I extends InputsOf, O extends Outputs, R>(
  name: string,
  declare: (this: void, ...parameters: A) => TargetOptions<I, O>,
  body: Body<I, O, R>,
): ParametricTarget<A, O, Awaited<R>>;
export function target(name: string, given: unknown, body: unknown): unknown {
  const location = callerOf(target);
  if (typeof name !== "string" || name.trim() === "")
    throw new TaskNameError({ kind: "target", where: location.where, rest: "{ inputs, outputs }, fn" });
  if (shared.ambient.getStore()?.call !== undefined) {
    throw new TargetInsideError({ target: name, task: shared.ambient.getStore()!.call!.task });
  }
  if (typeof body !== "function") {
    throw new OptionError({
      where: `target "${name}"`,
      problem: `its function is ${shown(body)}`,
      hint: `Write target("${name}", { inputs, outputs }, async (inputs, outputs) => { … }).`,
    });
  }
  return typeof given === "function"
    ? parametric(name, given as NonNullable<Family["declare"]>, body as AnyBody, location)
    : plain(name, given as TargetOptions, body as AnyBody, location);
}

function plain(name: string, options: TargetOptions, body: AnyBody, location: Location): MadeTarget {
  checkTargetOptions(name, options);
  const member = options.id === undefined ? "" : `[${options.id}]`;
  const family = familyOf(name, null, location, known => !known.made.has(member) && known.declare === null);
  family.bodies.set(member, body);
  return made(new MadeTarget(`${name}${member}`, family, member, null, options, location.where));
}

function parametric(
  name: string,
  declare: NonNullable<Family["declare"]>,
  body: AnyBody,
  location: Location,
): (...parameters: readonly Parameter[]) => MadeTarget {
  const family = familyOf(name, declare, location, () => false);
  family.bodies.set("", body);
  const make = (...parameters: readonly Parameter[]) => targetOf(family, parameters);
  Object.defineProperty(make, "name", { value: name });
  return Object.assign(make, { targetName: name });
}

/** The target of a parametric one for these parameters; always the same. */
export function targetOf(family: Family, parameters: readonly Parameter[]): MadeTarget {
  const { name, where } = family.definition;
  const member = `(${parameters.map(each => textOf(each, name)).join(", ")})`;
  const known = family.made.get(member);
  if (known !== undefined) return loadedNow(known);
  const options = family.declare!(...parameters);
  checkTargetOptions(`${name}${member}`, options);
  return made(new MadeTarget(`${name}${member}`, family, member, parameters, options, where));
}

function textOf(parameter: Parameter, name: string): string {
  if (typeof parameter === "string") return JSON.stringify(parameter);
  if (Object.is(parameter, -0)) return "-0";
  if (parameter === null || ["number", "boolean", "undefined"].includes(typeof parameter)) return String(parameter);
  throw new OptionError({
    where: `${name}(…)`,
    problem: `${shown(parameter)} cannot be a parameter of a target`,
    hint: "Parameters are texts, numbers, true, false and null. Pass other things as inputs.",
  });
}

function made(target: MadeTarget): MadeTarget {
  for (const name in target.outputs) {
    const output = target.outputs[name];
    if (output instanceof FileNode || output instanceof DirNode) output.maker = target;
    else for (const { node } of nodesIn(output)) (node as FileNode | DirNode).maker = target;
  }
  target.family.made.set(target.member, target);
  return loadedNow(target);
}

/** What is made while modules are loaded is to be built; what a target returns is added by that. */
function loadedNow(target: MadeTarget): MadeTarget {
  const ambient = shared.ambient.getStore();
  const inCode = ambient?.call === undefined && ambient?.scope === undefined;
  if (inCode && !registry.growing) registry.loaded.add(target);
  return target;
}

function familyOf(
  name: string,
  declare: Family["declare"],
  location: Location,
  mayJoin: (known: Family) => boolean,
): Family {
  const identity = taskIdentity(location.module, name);
  const known = registry.families.get(identity);
  if (known !== undefined && location.module !== null) {
    if (mayJoin(known)) return known;
    const again = underTestRunner() && known.definition.where === location.where;
    if (!again) throw duplicate(name, known.definition, location);
    for (const each of known.made.values()) registry.loaded.delete(each);
  }
  const bodies: Family["bodies"] = new Map();
  const fn = (job: Job) => perform(job, bodies.get(declare === null ? job.member : "")!);
  const definition: Definition = { kind: "task", name, identity, options: {}, fn, ...location };
  const since = Math.min(Date.now(), ...registry.loads);
  const family: Family = { definition, declare, bodies, made: new Map(), since };
  registry.families.set(identity, family);
  shared.definitions.set(identity, definition);
  return family;
}

function duplicate(name: string, known: Definition, { where, module }: Location): Error {
  const inLoop = known.where === where;
  return new DuplicateTargetError({
    name,
    module: module!,
    first: known.where,
    second: inLoop ? "the same place, in a loop" : where,
  });
}
