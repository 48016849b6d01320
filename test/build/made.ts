/** Targets as modules of a project would make them, without the modules. */
import { pathToFileURL } from "node:url";
import { type Family, MadeTarget } from "../../src/build/declare/registry.ts";
import type { Parameter, TargetOptions } from "../../src/build/declare/types.ts";
import { TargetGraph } from "../../src/build/graph/graph.ts";
import { Places } from "../../src/build/graph/places.ts";

export const ROOT = "/project";

export interface Making extends TargetOptions {
  readonly parameters?: readonly Parameter[];
  /** A path from the project's root; default `all.target.ts`. */
  readonly module?: string;
}

/** One target of the project. */
export function made(name: string, { module = "all.target.ts", parameters, ...options }: Making = {}): MadeTarget {
  const member =
    parameters !== undefined
      ? `(${parameters.map(each => JSON.stringify(each)).join(", ")})`
      : options.id === undefined
        ? ""
        : `[${options.id}]`;
  const family: Family = {
    definition: {
      kind: "task",
      name,
      identity: `fixture/${module}#${name}`,
      options: {},
      fn: () => undefined,
      module: pathToFileURL(`${ROOT}/${module}`).href,
      where: `${ROOT}/${module}:1:1`,
      inside: null,
    },
    declare: null,
    bodies: new Map(),
    made: new Map(),
    since: 0,
  };
  return new MadeTarget(name + member, family, member, parameters ?? null, options, family.definition.where);
}

export function graphOf(...targets: readonly MadeTarget[]): TargetGraph {
  return new TargetGraph(new Places(ROOT), targets);
}
