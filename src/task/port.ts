/**
 * What a task needs of a run. `task` stands below `run`, so it owns this interface, and `run` implements it.
 */
import type { AnyOptions, Definition } from "./definition.ts";
import type { Future, FutureList, Plan } from "./types.ts";

/** The running flow to which new calls belong. */
export interface Scope {
  /** `inline`: the call runs in this process whatever the run's runner is. */
  submit(definition: Definition, options: AnyOptions, inputs: unknown[], inline: boolean): Future<unknown>;
  map(definition: Definition, options: AnyOptions, each: unknown[]): FutureList<unknown>;
}

/** Starts a run of one task or flow; set by the room `run` when it is loaded. */
export type Start = (definition: Definition, options: AnyOptions, inputs: unknown[]) => Future<unknown>;

/** What can be asked of the cache outside a run. */
export interface CachePort {
  key(definition: Definition, options: AnyOptions, inputs: unknown[]): Promise<string>;
  clear(definition: Definition, options: AnyOptions, inputs: unknown[]): Promise<boolean>;
  clearAll(definition: Definition, options: AnyOptions): Promise<number>;
  plan(definition: Definition, options: AnyOptions, inputs: unknown[]): Promise<Plan>;
}

export const port: { start: Start | null; cache: CachePort | null } = { start: null, cache: null };
