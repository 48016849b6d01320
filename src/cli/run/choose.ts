/** Chooses the task or flow to run among those of a module. */

import { nearest } from "../../config/nearest.ts";
import { shown } from "../../config/shown.ts";
import { UsageError } from "../../errors.ts";
import type { Definition } from "../../task/definition.ts";

/** A task or flow of a module: as it is exported, or only registered. */
export interface Candidate {
  readonly definition: Definition;
  /** Under which names the module exports it. */
  readonly exports: readonly string[];
  /** The task itself; null when the module's exports cannot be reached. */
  readonly value: unknown;
  /** It is built, and cannot be run. */
  readonly isTarget: boolean;
}

export interface Choosable {
  /** How messages name the file. */
  readonly shown: string;
  readonly candidates: readonly Candidate[];
  /** Null for a module that parked: what it exports is not known. */
  readonly namespace: Readonly<Record<string, unknown>> | null;
  /** A line about where loading parked, where it did. */
  readonly parkedAt: string | null;
}

/** By its name; without one: the default export, else the only flow, else `main`. */
export function choose(all: Choosable, name: string | undefined): Candidate {
  const module = { ...all, candidates: all.candidates.filter(({ isTarget }) => !isTarget) };
  const chosen = name === undefined ? byDefault(module.candidates) : byName(module.candidates, name);
  if (chosen !== undefined) return chosen;
  refuseTargets(all, name);
  throw new UsageError({ problem: problem(module, name), hint: hint(module, name) });
}

/** @throws UsageError if a target is named, or if the module has nothing else. */
function refuseTargets({ shown: file, candidates }: Choosable, name: string | undefined): void {
  const named = name === undefined ? undefined : byName(candidates, name);
  if (named !== undefined) {
    throw new UsageError({
      problem: `${name} in ${file} is a target, which is built and not run`,
      hint: `Build it: heddle build ${name}`,
    });
  }
  if (name !== undefined || candidates.length === 0 || !candidates.every(({ isTarget }) => isTarget)) return;
  const names = candidates.map(({ definition }) => definition.name).join(", ");
  throw new UsageError({
    problem: `${file} has no task or flow, but targets, which are built and not run: ${names}`,
    hint: `Build them: heddle build ${file}`,
  });
}

function byDefault(candidates: readonly Candidate[]): Candidate | undefined {
  const exported = candidates.find(candidate => candidate.exports.includes("default"));
  if (exported !== undefined) return exported;
  const flows = candidates.filter(candidate => candidate.definition.kind === "flow");
  return flows.length === 1 ? flows[0] : byName(candidates, "main");
}

function byName(candidates: readonly Candidate[], name: string): Candidate | undefined {
  return (
    candidates.find(candidate => candidate.exports.includes(name)) ??
    candidates.find(candidate => candidate.definition.name === name)
  );
}

function problem({ shown: file, candidates, namespace, parkedAt }: Choosable, name: string | undefined): string {
  const before = parkedAt === null ? "" : `, up to where its loading stopped: ${parkedAt}`;
  if (candidates.length === 0 && parkedAt !== null) return `${file} has no task or flow${before}`;
  if (name === undefined) {
    if (candidates.length === 0) return `${file} has no task or flow${exportsInstead(namespace?.["default"])}`;
    const flows = candidates.filter(candidate => candidate.definition.kind === "flow").length;
    return `${file} has ${flows === 0 ? "no flow" : `${flows} flows`}, and none of them is its default export${before}`;
  }
  const other = namespace !== null && Object.hasOwn(namespace, name) ? namespace[name] : undefined;
  if (other !== undefined) return `"${name}" in ${file} is ${shown(other)}, neither a task nor a flow`;
  return `${file} has no task or flow called "${name}"${before}`;
}

function exportsInstead(value: unknown): string {
  return value === undefined ? "" : `: its default export is ${shown(value)}`;
}

function hint({ shown: file, candidates, parkedAt }: Choosable, name: string | undefined): string {
  if (candidates.length === 0) {
    return parkedAt === null
      ? 'Define one: export default flow("main", async () => { … })'
      : "Define tasks and flows above the first call that stands outside a flow.";
  }
  const names = candidates.flatMap(candidate => [...candidate.exports, candidate.definition.name]);
  const near = name === undefined ? undefined : nearest(name, [...new Set(names)]);
  const listed = candidates.map(describe).join(", ");
  if (near !== undefined) return `Did you mean ${file}:${near}? It has: ${listed}`;
  const first = candidates.find(candidate => candidate.definition.kind === "flow") ?? candidates[0];
  return `It has: ${listed}. Write, for example, ${file}:${first?.definition.name}`;
}

function describe({ definition, exports }: Candidate): string {
  const other = exports.filter(name => name !== definition.name);
  const aliases = other.length === 0 ? "" : ` (exported as ${other.join(", ")})`;
  return `the ${definition.kind} ${definition.name}${aliases}`;
}
