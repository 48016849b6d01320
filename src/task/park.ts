import type { Location } from "./location.ts";
import { type Parked, shared } from "./shared.ts";
import type { Future, FutureList } from "./types.ts";

let loaded = false;

/** Modules have been loaded: what parks from now on is a stray call, of which the user is told once. */
export function loadingIsOver(): void {
  loaded = true;
}

/**
 * Takes a call that was made outside every flow in a process that only loads modules. It never settles, so that a
 * script whose top level awaits its own flow can be loaded by workers without running it again.
 */
export function park(call: string, location: Location): Future<never> & FutureList<never> {
  const parked: Parked = { call, where: location.where, module: location.module };
  shared.parked.push(parked);
  if (loaded && shared.parked.length === 1) {
    process.emitWarning(
      `${call} at ${location.where} was called outside a flow in a process that only runs tasks; it will never settle`,
      { type: "HeddleWarning", detail: "Call it in the process that you start, or guard it there." },
    );
  }
  shared.onPark?.(parked);
  return parkedFuture(call);
}

function parkedFuture(call: string): Future<never> & FutureList<never> {
  const never = () => new Promise<never>(() => {});
  const future = {
    id: call,
    task: call,
    state: "pending" as const,
    error: undefined,
    length: undefined,
    get: () => future,
    at: () => undefined,
    onDone: () => {},
    cancel: () => false,
    result: never,
    settled: never,
    wait: never,
    then: never,
    catch: never,
    finally: never,
    [Symbol.iterator]: function* () {},
  };
  return future as unknown as Future<never> & FutureList<never>;
}
