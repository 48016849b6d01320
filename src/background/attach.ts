import { findRoot } from "../config/find.ts";
import { UsageError } from "../errors.ts";
import type { Job } from "../task/types.ts";
import "./delay.ts";
import "./redis/runner-at.ts";
import { StoredJob } from "./job.ts";
import { openQueue, queuePlace } from "./place.ts";

export interface AttachOptions {
  /** The folder of the store in which the queue lies, or `redis({ url })`; default `.heddle` in the root of the project one is in. */
  readonly store?: string;
}

/**
 * The job of this id, from any process: also when the one that delayed it is gone.
 *
 * Whether there is such a job turns out when it is asked something, which then throws an `UnknownJobError`.
 *
 * @example
 * const job = attach<number>("mf3kq2a7x9c1zz");
 * job.state().catch(error => console.log(error.code)); // UNKNOWN_JOB
 */
export function attach<T = unknown>(id: string, { store }: AttachOptions = {}): Job<T> {
  if (typeof id !== "string" || id === "") {
    throw new UsageError({ problem: "attach was given no id", hint: "Give the `id` of a job, as delay returned it." });
  }
  const folder = queuePlace(store, () => findRoot(process.cwd()));
  return new StoredJob<T>(id, () => openQueue(folder));
}
