import { parseDuration } from "../config/duration.ts";
import type { Duration, Future } from "../task/types.ts";
import { after } from "./clock.ts";
import type { FutureBase } from "./future.ts";
import { futuresOf } from "./gather.ts";
import { awaited } from "./waiter.ts";

export interface WaitForOptions {
  readonly timeout?: Duration;
  /** What is waited for: that all have ended (the default), the first, or the first that failed (else all). */
  readonly until?: "all" | "first" | "firstError";
}

/** What `wait` gives: the futures that have ended and those that have not, in the order given. */
export interface Waited<F> {
  readonly done: F[];
  readonly pending: F[];
}

/**
 * Waits for futures, without taking their values. Never rejects, also when the time is up.
 *
 * @example
 * const { done, pending } = await wait(futures, { timeout: "10s" });
 */
export async function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  options: WaitForOptions = {},
): Promise<Waited<F>> {
  const { timeout, until = "all" } = options;
  const ms = timeout === undefined ? undefined : parseDuration(timeout, "wait(…, { timeout })");
  const given = futuresOf(futures, "wait");
  for (const future of given) future.observe();
  await awaited(untilEnough(given, until, ms));
  const of = (ended: boolean) => given.filter(future => future.isSettled === ended) as unknown as F[];
  return { done: of(true), pending: of(false) };
}

function untilEnough(
  given: readonly FutureBase[],
  until: WaitForOptions["until"],
  ms: number | undefined,
): Promise<void> {
  return new Promise(resolve => {
    let open = given.length;
    let stop = () => {};
    const enough = () => {
      stop();
      resolve();
    };
    if (open === 0) enough();
    if (ms !== undefined) stop = after(ms, resolve);
    for (const future of given) {
      future.listen(() => {
        open--;
        if (open === 0 || until === "first" || (until === "firstError" && future.hasFailed)) enough();
      });
    }
  });
}
