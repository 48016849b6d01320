/**
 * What heddle.config may say. `config` is the lowest room, so it describes runners and task options by their shape;
 * the command line, which knows the real types, takes them from here.
 */

import type { LimitsConfig } from "./limits.ts";
import type { Prefixes } from "./prefix.ts";

/** Anything with the shape of a runner. */
export interface ConfiguredRunner {
  readonly name: string;
  readonly workers: number;
  readonly shared: boolean;
  open(host: never): unknown;
}

/** How many workers: a number, or one for each available CPU. */
export type WorkerCount = number | "auto";

/** Makes a runner when it is needed; `workers` is what `-n` said. */
export type RunnerFactory = (options: { readonly workers?: WorkerCount }) => ConfiguredRunner;

/** Options for every task that does not set them itself. Durations are milliseconds or strings such as `"10s"`. */
export interface TaskDefaults {
  readonly priority?: number;
  readonly retries?: number;
  readonly retryDelay?: number | string | readonly (number | string)[] | ((attempt: number) => number | string);
  readonly retryJitter?: number;
  readonly retryIf?: (error: Error, attempt: number) => boolean;
  readonly timeout?: number | string;
  readonly restart?: boolean;
}

/** A cache that machines share: results are looked up there too. */
export interface SharedCacheConfig {
  /** Of a `heddle cache serve`, such as `"http://cache.example:7480"`, or `"s3://bucket/prefix"`. */
  readonly url: string;
  /** What the server asks for, if it asks; better taken from `process.env` than written down. */
  readonly token?: string;
  /** Also send results there; default false. */
  readonly push?: boolean;
  /** Entries are signed with it, and what is not signed so is not taken. */
  readonly secret?: string;
}

/** Where results are kept, how much of them, and for how long. */
export interface CacheConfig {
  /** As `cache: true` on every task that does not say; default false: only tasks that ask for it are cached. */
  readonly enabled?: boolean;
  /** How large the store may grow, as bytes or such as `"2GB"`; what was used least recently goes first. */
  readonly maxSize?: number | string;
  /** How long results are valid, for tasks that do not say: milliseconds, or such as `"7d"`. */
  readonly ttl?: number | string;
  /** As `-o`: the store's folder, relative to the project's root; default `.heddle`. */
  readonly folder?: string;
  readonly shared?: SharedCacheConfig;
}

/** How targets are built. What is said on the command line of `heddle build` comes before it. */
export interface BuildConfig {
  /** Outputs may lie outside the project; default false. */
  readonly outside?: boolean;
  /** Folders in which targets are looked for, and modules, from the project's root; default: the whole project. */
  readonly paths?: readonly string[];
  /** As `-k`: which targets are built, such as `"not slow"`. */
  readonly match?: string;
  /** As `--tag`: only targets with one of these. */
  readonly tags?: readonly string[];
  /** As `--force`: build all although nothing has changed, or these, by name. */
  readonly force?: boolean | readonly string[];
  /** As `--max-failures`: after so many nothing new begins. */
  readonly maxFailures?: number;
  /** As `--stop`: after the first failure nothing new begins. */
  readonly stop?: boolean;
  /** As `--explain`: say of each target that is built why. */
  readonly explain?: boolean;
  /** As `--dry-run`: build nothing, say what would be built. */
  readonly dryRun?: boolean;
  /** As `--watch`: build again when something changes. */
  readonly watch?: boolean;
  /** As `--json`. */
  readonly json?: boolean;
}

/** What `heddle.config.ts` exports by default. The command line, a call, a task and a flow come before it. */
export interface HeddleConfig {
  /** Where calls run: `"inline"`, `"threads"`, `"processes"`, a name from `runners`, or a runner. */
  readonly runner?: string | ConfiguredRunner;
  /** As `-n`: how many workers the runner gets. */
  readonly workers?: WorkerCount;
  /** Your own runners by name, for `--runner NAME` and the option `runner` of tasks and flows. */
  readonly runners?: Readonly<Record<string, ConfiguredRunner | RunnerFactory>>;
  /** How much of a label may be in use at once, or per time, where neither the flow nor `--limit` says it. */
  readonly limits?: LimitsConfig;
  /** How many bytes of results a run may hold in memory, or a size such as "2GB", where the flow does not say it. */
  readonly maxLiveBytes?: number | string;
  /** By label: what runs the calls that have it, such as `{ gpu: "srun --gres=gpu:{gpu}" }`. */
  readonly prefix?: Prefixes;
  /** What happens to calls that have not started when a flow's function throws; default "stop". */
  readonly onError?: "stop" | "continue";
  /** Freeze plain inputs of inline calls. */
  readonly strict?: boolean;
  readonly defaults?: TaskDefaults;
  /** True: results of every task that does not say are cached. An object says how they are kept. */
  readonly cache?: boolean | CacheConfig;
  readonly build?: BuildConfig;
  /** How the command line shows a run; default: live in a terminal, plain elsewhere. */
  readonly reporter?: "live" | "plain" | "quiet";
  /** Which captured output is shown with a failed call; default "all". */
  readonly showCapture?: "no" | "stdout" | "stderr" | "all";
  /** Keep the events of each run under `.heddle/runs`; default true. */
  readonly log?: boolean;
}

/**
 * Gives the config back, checked by its type: what `heddle.config.ts` exports by default.
 *
 * @example
 * export default defineConfig({ runner: "processes", workers: "auto", defaults: { retries: 2 } });
 */
export function defineConfig(config: HeddleConfig): HeddleConfig {
  return config;
}
