/** Which targets there are in this process; one for all copies of heddle in it, as workers find targets here too. */
import { oneClass } from "../../codec/one-class.ts";
import type { Definition } from "../../task/definition.ts";
import { ResultNode } from "./nodes.ts";
import type { Outputs, Parameter, Target, TargetOptions } from "./types.ts";

export type AnyBody = (inputs: never, outputs: never, more: never) => unknown;

/** What `target(…)` defined under one name in one module: a target, its repetitions in a loop, or a parametric one. */
export interface Family {
  /** The task that executes its targets. */
  readonly definition: Definition;
  /** Of a parametric target, what gives the options of each. */
  readonly declare: ((...parameters: readonly Parameter[]) => TargetOptions) | null;
  /** The functions: of a parametric target one, under the empty name; of repetitions one each. */
  readonly bodies: Map<string, AnyBody>;
  /** What was made of it, by id or by parameters. */
  readonly made: Map<string, MadeTarget>;
  /** The time before its module was read: what has been written to files of code since may not be what is here. */
  readonly since: number;
}

/** A target, as its family made it. */
class TargetOfFamily implements Target {
  readonly name: string;
  readonly outputs: Outputs;
  readonly result: ResultNode<never>;
  readonly family: Family;
  /** What tells it from others of its family. */
  readonly member: string;
  /** Null unless it is one of a parametric target. */
  readonly parameters: readonly Parameter[] | null;
  readonly options: TargetOptions;
  /** File and line, for messages. */
  readonly where: string;

  constructor(
    name: string,
    family: Family,
    member: string,
    parameters: readonly Parameter[] | null,
    options: TargetOptions,
    where: string,
  ) {
    this.name = name;
    this.family = family;
    this.member = member;
    this.parameters = parameters;
    this.options = options;
    this.where = where;
    this.outputs = options.outputs ?? {};
    this.result = new ResultNode<never>(this);
  }

  /** The same in every process and on every machine. */
  get identity(): string {
    return identityOf(this.family.definition.identity, this.member);
  }
}

export function identityOf(family: string, member: string): string {
  return member === "" ? family : `${family} ${member}`;
}

export const MadeTarget = oneClass("MadeTarget", TargetOfFamily);
export type MadeTarget = TargetOfFamily;

interface Registry {
  readonly families: Map<string, Family>;
  /** Those that were made while modules were loaded, in order. */
  readonly loaded: Set<MadeTarget>;
  /** A build makes targets that others have returned: nobody has defined them. */
  growing: boolean;
  /** When those began that are loading modules. */
  readonly loads: number[];
}

const KEY = Symbol.for("heddle.targets.1");
const holder = globalThis as { [KEY]?: Registry };
holder[KEY] ??= { families: new Map(), loaded: new Set(), growing: false, loads: [] };
export const registry: Registry = holder[KEY];

/** Loads modules: what they define was not read before. */
export async function loading(load: () => Promise<void>): Promise<void> {
  const began = Date.now();
  registry.loads.push(began);
  try {
    await load();
  } finally {
    registry.loads.splice(registry.loads.indexOf(began), 1);
  }
}
