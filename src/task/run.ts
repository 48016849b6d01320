import { callerOf } from "./location.ts";
import { park } from "./park.ts";
import { shared } from "./shared.ts";
import { unnamedFlow } from "./task.ts";
import type { FlowOptions, Resolved } from "./types.ts";

/**
 * Runs a function as a flow without a name.
 *
 * @example
 * const squares = await run(() => square.map([1, 2, 3]));
 */
export function run<R>(body: () => R | PromiseLike<R>): Promise<Resolved<R>>;
export function run<R>(options: FlowOptions, body: () => R | PromiseLike<R>): Promise<Resolved<R>>;
export function run(...parts: unknown[]): Promise<unknown> {
  const ambient = shared.ambient.getStore();
  if (ambient === undefined && shared.mode === "loading") return Promise.resolve(park("run(…)", callerOf(run)));
  return Promise.resolve(unnamedFlow(parts.length > 1 ? parts[0] : {}, parts[parts.length - 1])());
}
