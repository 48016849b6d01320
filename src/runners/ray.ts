import { checkKeys } from "../config/nearest.ts";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import type { Runner } from "../task/runner.ts";
import { type ClusterOptions, clusterKeys, clusterRunner, clusterSettings } from "./cluster.ts";
import { countWorkers } from "./options.ts";

export interface RayOptions extends ClusterOptions {
  /** Of a cluster that runs: `"auto"`, `"host:6379"`, `"ray://host:10001"`. Without it, one on this machine. */
  readonly address?: string;
  /** How many CPUs a cluster on this machine has, and so many calls at once; `"auto"`, the default, is all. */
  readonly workers?: number | "auto";
  /** Ray's namespace for the run. */
  readonly namespace?: string;
  /** Ray's runtime environment of the workers, such as `{ env_vars: { LOG: "1" } }`. */
  readonly runtimeEnv?: Readonly<Record<string, unknown>>;
  /** The cluster gets more nodes when calls ask for what no node has: then they wait for them. Default false. */
  readonly grows?: boolean;
}

const KEYS = ["address", "workers", "namespace", "runtimeEnv", "grows", ...clusterKeys];

/**
 * Runs calls on a Ray cluster, through a bridge in your Python. Results that are not small stay there until somebody
 * reads them.
 *
 * `ray({ address: "auto" })`; see docs/ray.md.
 *
 * @throws OptionError
 */
export function ray(options: RayOptions = {}): Runner {
  const where = "ray(…)";
  checkKeys(options, KEYS, where);
  const { address, workers, namespace, runtimeEnv, grows = false } = options;
  const not = (problem: string, hint: string) => new OptionError({ where, problem, hint });
  if (workers !== undefined && address !== undefined) {
    throw not("the number of workers is the cluster's", "Leave workers out.");
  }
  if (address !== undefined && (typeof address !== "string" || !/^(auto|(ray:\/\/)?[^/]+:\d+)$/.test(address))) {
    throw not(`the address is ${shown(address)}`, 'Give "auto", "host:6379" or "ray://host:10001".');
  }
  if (namespace !== undefined && (typeof namespace !== "string" || namespace === "")) {
    throw not(`the namespace is ${shown(namespace)}`, "Give a name.");
  }
  if (runtimeEnv !== undefined && (typeof runtimeEnv !== "object" || runtimeEnv === null)) {
    throw not(`runtimeEnv is ${shown(runtimeEnv)}`, 'Give what Ray takes, such as { env_vars: { LOG: "1" } }.');
  }
  if (typeof grows !== "boolean") throw not(`grows is ${shown(grows)}`, "Give true or false.");
  const count = address === undefined ? countWorkers(workers, where) : Number.POSITIVE_INFINITY;
  const needs = address?.startsWith("ray://") === true ? '"ray[client]"' : "ray";
  const settings = clusterSettings(
    { name: "ray", bridge: "heddle_ray", package: needs, rests: address !== undefined },
    options,
    where,
    {
      address: address ?? "local",
      init: {
        namespace: namespace ?? null,
        runtime_env: runtimeEnv ?? null,
        num_cpus: address === undefined ? count : null,
      },
      grows,
    },
  );
  const runner = clusterRunner(settings, count, options.resources);
  return address === undefined ? { ...runner, resized: more => ray({ ...options, workers: more }) } : runner;
}
