/** Calls that are stored for background workers: what users give, and get. */
import type { CallState, Duration, Input, WaitOptions } from "./types.ts";

/** How a call is handed to background workers. */
export interface DelayOptions {
  /** Not before so much time has passed. */
  readonly in?: Duration;
  /** Two calls of a task with one key are one job, for as long as the first is kept. */
  readonly idempotencyKey?: string;
  /** Which queue; workers say which ones they serve. Default `"default"`. */
  readonly queue?: string;
  /** Higher first within a queue; default: the task's own, else 0. */
  readonly priority?: number;
  /** The folder of the store in which the queue lies, or `redis({ url })`; default `.heddle` in the project's root. */
  readonly store?: string;
}

/** A stored call. It is no promise, so that `await task.delay(…)` gives the job and not its result. */
export interface Job<out T> {
  /** By it `attach(id)` finds the job again, from any process. */
  readonly id: string;
  /**
   * The value; throws the call's error, or a `TimeoutError` when `timeout` passes first (the job goes on). Given to
   * another `delay`, it stands for the value: that job waits for this one.
   */
  result(options?: WaitOptions): Promise<T>;
  state(): Promise<CallState>;
  /** Cancels it: what waits never starts, what runs gets the signal. False when it had ended already. */
  cancel(reason?: string): Promise<boolean>;
}

/** What may stand for the parameters of a task in `delay`: also jobs, for their results. */
export type JobInputs<A extends readonly unknown[]> = { [K in keyof A]: Input<A[K]> | Job<A[K]> };
