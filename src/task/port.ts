/**
 * What a task needs of a run. `task` stands below `run`, so it owns this interface, and `run` implements it.
 */
import type { RunningCall } from "./context.ts";
import type { AnyOptions, Definition } from "./definition.ts";
import type { Runner } from "./runner.ts";
import type { Future, FutureList, Job, Plan } from "./types.ts";

/** The running flow to which new calls belong. */
export interface Scope {
  /** `inline`: the call runs in this process whatever the run's runner is. */
  submit(definition: Definition, options: AnyOptions, inputs: unknown[], inline: boolean): Future<unknown>;
  map(definition: Definition, options: AnyOptions, each: unknown[]): FutureList<unknown>;
}

/** How a function ended: what it returned, or threw. */
export type Finished = { readonly value: unknown } | { readonly error: unknown };

/** A running task, to which the calls belong that it makes. */
export interface NestedScope extends Scope {
  /** Something that it called has not ended. */
  readonly isBusy: boolean;
  /**
   * Its function has ended. Gives what it returned, futures resolved, when all that it called has ended; rejects with
   * what it threw, or with failures that nobody looked at.
   */
  conclude(finished: Finished): Promise<unknown>;
  /** Nobody waits for it any more: what it called is cancelled. */
  giveUp(reason: string): void;
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

/** What a call on a worker calls, and its ear for what the coordinator says of that. */
export interface Nested {
  readonly scope: NestedScope;
  hear(wire: unknown[]): void;
}

/** Makes the scope of what a call on a worker calls; `say` reaches the coordinator. */
export type Nest = (call: RunningCall, say: (wire: readonly unknown[]) => void) => Nested;

/** Stores a call for background workers; set by the room `background` when it is loaded. */
export type Delay = (definition: Definition, options: AnyOptions, inputs: unknown[]) => Promise<Job<unknown>>;

/** The runner of which this is the address; null if it is none. */
export type RunnerAt = (address: string) => Runner | null;

interface Port {
  start: Start | null;
  cache: CachePort | null;
  nested: Nest | null;
  delay: Delay | null;
  /** Runners that are named by where they are; set by the room `background`. */
  runnerAt: RunnerAt | null;
}

export const port: Port = { start: null, cache: null, nested: null, delay: null, runnerAt: null };
