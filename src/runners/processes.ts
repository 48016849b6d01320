import { checkKeys } from "../config/nearest.ts";
import type { Runner } from "../task/runner.ts";
import { Pool } from "../workers/pool.ts";
import { ProcessTransport } from "../workers/process.ts";
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
  const { env } = options;
  const name = "processes";
  return {
    name,
    workers,
    shared: false,
    open: host => new Pool(host, new ProcessTransport({ env }), { name, workers, concurrency, init }),
  };
}
