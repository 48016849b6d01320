import type { ResourceLimits } from "node:worker_threads";
import { checkKeys } from "../config/nearest.ts";
import type { Host, Runner } from "../task/runner.ts";
import { LateSession } from "../workers/late.ts";
import type { Pool } from "../workers/pool.ts";
import type { PoolOptions } from "../workers/pool-options.ts";
import type { ProcessOptions } from "../workers/process.ts";
import { checkEnv, countCalls, countWorkers, moduleUrl } from "./options.ts";
import { limitFlags, type RecyclingOptions, recyclingKeys, recyclingLimits } from "./recycling.ts";

export interface ProcessesOptions extends RecyclingOptions {
  /** How many processes; `"auto"`, the default, is one a CPU. */
  readonly workers?: number | "auto";
  /** How many calls a process runs at once; default 1. More helps calls that wait. */
  readonly concurrency?: number;
  /** Environment variables of the processes, besides those of this one. */
  readonly env?: Readonly<Record<string, string>>;
  /** Memory limits of each process, in megabytes: `maxOldGenerationSizeMb`, `maxYoungGenerationSizeMb`. */
  readonly resourceLimits?: ResourceLimits;
  /** A module, by URL or by path from the working directory, whose default export warms each worker once. */
  readonly init?: string | URL;
}

/**
 * Runs calls in child processes: for calls that may crash, must be stoppable at any moment, or change what a process
 * has only one of, such as its working directory.
 *
 * @throws OptionError
 * @example
 * await run({ runner: processes({ workers: 2 }) }, () => convert.map(files));
 */
export function processes(options: ProcessesOptions = {}): Runner {
  const where = "processes(…)";
  checkKeys(options, ["workers", "concurrency", "env", "init", "resourceLimits", ...recyclingKeys], where);
  const workers = countWorkers(options.workers, where);
  const concurrency = countCalls(options.concurrency, where);
  const init = moduleUrl(options.init, where);
  const limits = recyclingLimits(options, where);
  const flags = limitFlags(options.resourceLimits, where);
  checkEnv(options.env, where);
  const name = "processes";
  return {
    name,
    workers,
    concurrency,
    shared: false,
    resized: count => processes({ ...options, workers: count }),
    open: host =>
      new LateSession(host, () => load({ env: options.env, flags }, { name, workers, concurrency, init, limits })),
  };
}

async function load(place: ProcessOptions, options: PoolOptions): Promise<(host: Host) => Pool> {
  const [{ Pool }, { ProcessTransport }] = await Promise.all([
    import("../workers/pool.ts"),
    import("../workers/process.ts"),
  ]);
  return host => new Pool(host, new ProcessTransport(place), options);
}
