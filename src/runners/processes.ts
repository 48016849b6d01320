import { checkKeys } from "../config/nearest.ts";
import type { Host, Runner } from "../task/runner.ts";
import { LateSession } from "../workers/late.ts";
import type { Pool, PoolOptions } from "../workers/pool.ts";
import { checkEnv, countCalls, countWorkers, moduleUrl } from "./options.ts";

export interface ProcessesOptions {
  /** How many processes; `"auto"`, the default, is one a CPU. */
  readonly workers?: number | "auto";
  /** How many calls a process runs at once; default 1. More helps calls that wait. */
  readonly concurrency?: number;
  /** Environment variables of the processes, besides those of this one. */
  readonly env?: Readonly<Record<string, string>>;
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
  checkKeys(options, ["workers", "concurrency", "env", "init"], where);
  const workers = countWorkers(options.workers, where);
  const concurrency = countCalls(options.concurrency, where);
  const init = moduleUrl(options.init, where);
  checkEnv(options.env, where);
  const name = "processes";
  return {
    name,
    workers,
    shared: false,
    resized: count => processes({ ...options, workers: count }),
    open: host => new LateSession(host, () => load(options, { name, workers, concurrency, init })),
  };
}

async function load(place: ProcessesOptions, options: PoolOptions): Promise<(host: Host) => Pool> {
  const [{ Pool }, { ProcessTransport }] = await Promise.all([
    import("../workers/pool.ts"),
    import("../workers/process.ts"),
  ]);
  const { env } = place;
  return host => new Pool(host, new ProcessTransport({ env }), options);
}
