import type { Location } from "./location.ts";
import { type Parked, shared } from "./shared.ts";
import type { Future, FutureList } from "./types.ts";

/**
 * Takes a call that was made outside every flow in a process that only loads modules. It never settles, so that a
 * script whose top level awaits its own flow can be loaded by workers without running it again.
 */
export function park(call: string, location: Location): Future<never> & FutureList<never> {
  const parked: Parked = { call, where: location.where, module: location.module };
  shared.parked.push(parked);
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
