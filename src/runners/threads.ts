import type { ResourceLimits } from "node:worker_threads";
import { checkKeys } from "../config/nearest.ts";
import type { Host, Runner } from "../task/runner.ts";
import { LateSession } from "../workers/late.ts";
import type { Pool } from "../workers/pool.ts";
import type { PoolOptions } from "../workers/pool-options.ts";
import { checkEnv, countCalls, countWorkers, moduleUrl } from "./options.ts";
import { checkResourceLimits, type RecyclingOptions, recyclingKeys, recyclingLimits } from "./recycling.ts";

export interface ThreadsOptions extends RecyclingOptions {
  /** How many threads; `"auto"`, the default, is one a CPU. */
  readonly workers?: number | "auto";
  /** How many calls a thread runs at once; default 1. More helps calls that wait. */
  readonly concurrency?: number;
  /** A module, by URL or by path from the working directory, whose default export warms each worker once. */
  readonly init?: string | URL;
  /** Memory limits of each thread, in megabytes. */
  readonly resourceLimits?: ResourceLimits;
  /** Environment variables of the threads, besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs calls on worker threads of this process: for calls that keep a CPU busy.
 *
 * Threads start when they are needed. A call that does not stop when it is cancelled or timed out loses its thread,
 * which is replaced; in native code a thread cannot be stopped and is left behind.
 *
 * @throws OptionError
 * @example
 * const report = flow("report", { runner: threads({ workers: 4 }) }, (urls: string[]) => countWords.map(urls));
 */
export function threads(options: ThreadsOptions = {}): Runner {
  const where = "threads(…)";
  checkKeys(options, ["workers", "concurrency", "init", "resourceLimits", "env", ...recyclingKeys], where);
  const workers = countWorkers(options.workers, where);
  const concurrency = countCalls(options.concurrency, where);
  const init = moduleUrl(options.init, where);
  const limits = recyclingLimits(options, where);
  checkEnv(options.env, where);
  checkResourceLimits(options.resourceLimits, where);
  const name = "threads";
  return {
    name,
    workers,
    concurrency,
    shared: false,
    segments: true,
    resized: count => threads({ ...options, workers: count }),
    open: host => new LateSession(host, () => load(options, { name, workers, concurrency, init, limits })),
  };
}

async function load(place: ThreadsOptions, options: PoolOptions): Promise<(host: Host) => Pool> {
  const [{ Pool }, { ThreadTransport }] = await Promise.all([
    import("../workers/pool.ts"),
    import("../workers/thread.ts"),
  ]);
  const { env, resourceLimits } = place;
  return host => new Pool(host, new ThreadTransport({ env, resourceLimits }), options);
}
