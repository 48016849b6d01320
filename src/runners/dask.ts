import { checkKeys } from "../config/nearest.ts";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import type { Runner } from "../task/runner.ts";
import { type ClusterOptions, clusterKeys, clusterRunner, clusterSettings } from "./cluster.ts";
import { countWorkers } from "./options.ts";

/** A cluster that is made by a class or function of Python's. */
export interface ClusterFactory {
  /** Where that is: `"distributed:LocalCluster"`, `"dask_jobqueue:SLURMCluster"`, `"coiled:Cluster"`. */
  readonly factory: string;
  /** What it is called with, besides `asynchronous`. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** What becomes of the cluster at the end of the run; default `"close"`. */
  readonly shutdown?: "keep" | "close";
}

export interface DaskOptions extends ClusterOptions {
  /** Of a scheduler that runs: `"tcp://scheduler:8786"`. */
  readonly address?: string;
  /** What `distributed.security.Security` takes, such as `tls_ca_file`. */
  readonly security?: Readonly<Record<string, unknown>>;
  /** How to make a cluster. Without it, and without an address, one of processes on this machine. */
  readonly cluster?: ClusterFactory;
  /** How many processes a cluster on this machine has; `"auto"`, the default, is one a CPU. */
  readonly workers?: number | "auto";
}

const KEYS = ["address", "security", "cluster", "workers", ...clusterKeys];

/**
 * Runs calls on a Dask cluster, through a bridge in your Python. Results that are not small stay there until somebody
 * reads them.
 *
 * `dask({ address: "tcp://scheduler:8786" })`; see docs/dask.md.
 *
 * @throws OptionError
 */
export function dask(options: DaskOptions = {}): Runner {
  const where = "dask(…)";
  checkKeys(options, KEYS, where);
  const { address, security, cluster, workers } = options;
  const not = (problem: string, hint: string) => new OptionError({ where, problem, hint });
  if (address !== undefined && cluster !== undefined) {
    throw not("it has an address and a cluster", "Give the address of a cluster that runs, or how to make one.");
  }
  if (workers !== undefined && (address ?? cluster) !== undefined) {
    throw not("the number of workers is the cluster's", "Leave workers out.");
  }
  if (address !== undefined && (typeof address !== "string" || address === "")) {
    throw not(`the address is ${shown(address)}`, 'Give a text, such as "tcp://scheduler:8786".');
  }
  if (security !== undefined && address === undefined) {
    throw not("security goes with an address", "A factory has its own options for that.");
  }
  const local = address === undefined && cluster === undefined;
  const count = local ? countWorkers(workers, where) : Number.POSITIVE_INFINITY;
  const engine = { name: "dask", bridge: "heddle_dask", package: "distributed", rests: address !== undefined } as const;
  const settings = clusterSettings(engine, options, where, {
    address: address ?? null,
    security: security ?? null,
    cluster: local ? localCluster(count) : factoryOf(cluster, where),
    grows: cluster !== undefined,
  });
  const runner = clusterRunner(settings, count, options.resources);
  return local ? { ...runner, resized: more => dask({ ...options, workers: more }) } : runner;
}

function localCluster(workers: number) {
  const options = { n_workers: workers, threads_per_worker: 1, dashboard_address: null };
  return { factory: "distributed:LocalCluster", options, shutdown: "close" };
}

function factoryOf(cluster: ClusterFactory | undefined, where: string) {
  if (cluster === undefined) return null;
  checkKeys(cluster, ["factory", "options", "shutdown"], `${where}, cluster`);
  const { factory, options = {}, shutdown = "close" } = cluster;
  if (typeof factory === "string" && /^[\w.]+:\w+$/.test(factory) && ["keep", "close"].includes(shutdown)) {
    return { factory, options, shutdown };
  }
  throw new OptionError({
    where: `${where}, cluster`,
    problem: `factory is ${shown(factory)} and shutdown is ${shown(shutdown)}`,
    hint: 'Write { factory: "module:name", options: { … }, shutdown: "keep" or "close" }.',
  });
}
