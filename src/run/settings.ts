import type { LimitsConfig } from "../config/limits.ts";
import type { Prefixes } from "../config/prefix.ts";
import type { EventReader } from "../events/event.ts";
import type { AnyOptions } from "../task/definition.ts";
import type { Runner } from "../task/runner.ts";
import type { Admission } from "./admission.ts";
import type { Planner } from "./cached/planner.ts";

/** How a run is to be carried out, from outside the flow: the command line, a test, another program. */
export interface RunSettings {
  /** Overrides the flow's own runner. */
  readonly runner?: Runner | string;
  /** The runner for flows that name none; default inline. */
  readonly fallback?: Runner | string;
  /** What runs the calls of labels; before what flows say. */
  readonly prefix?: Prefixes;
  /** The same, behind what flows say. */
  readonly fallbackPrefix?: Prefixes;
  /** Options of every task that does not set them itself. */
  readonly defaults?: Pick<AnyOptions, "priority" | "retries" | "retryDelay" | "retryJitter" | "timeout" | "restart">;
  /** Runners by name, as registered in the config. */
  readonly runners?: Readonly<Record<string, Runner>>;
  readonly onError?: "stop" | "continue";
  /** Limits of labels, over those of the flow. */
  readonly limits?: LimitsConfig;
  /** Limits of labels on which neither the flow nor `limits` has a word. */
  readonly defaultLimits?: LimitsConfig;
  /** How many bytes of encoded results may be held in memory; over what the flow says. */
  readonly maxLiveBytes?: number;
  readonly strict?: boolean;
  /**
   * Everything in this process, whatever runners tasks and flows name: on `runner` if that shares this memory, else
   * inline and one call at a time, for debuggers.
   */
  readonly inProcess?: boolean;
  /** Failed calls are tried again at once, without their delays, for tests; default false. */
  readonly retryAtOnce?: boolean;
  /** Given the run's events, in batches. */
  readonly readers?: readonly EventReader[];
  /** Captured output is not also written to this process's own streams; default false. */
  readonly quiet?: boolean;
  /** What to do with results: which tasks keep them, where, and what is computed anew. */
  readonly cache?: CacheSettings;
  /** Keep the results of calls that are not cached until the run has ended well, so that it can be resumed. */
  readonly journal?: boolean;
  /** Continue the last run of this flow that did not end well, or the one of this id. */
  readonly resume?: true | string;
  /** Given where nothing is executed and only the plan is wanted. */
  readonly planner?: Planner;
  /** What calls of some tasks have to pass: in a build, targets. */
  readonly admission?: Admission;
  /** Given where a call on a worker calls tasks: the coordinator looks after all of them but their futures. */
  readonly nested?: { readonly here: Runner };
  /** The project's root folder; default: the nearest folder above the flow's module with a package.json. */
  readonly root?: string;
}

export interface CacheSettings {
  /** Whether tasks that say nothing keep their results; default false. */
  readonly on?: boolean;
  /** The folder of the store; default `.heddle` in the project's root. */
  readonly folder?: string;
  /** Milliseconds after which results of tasks that name no `ttl` are computed anew. */
  readonly ttl?: number;
  /** Bytes; the least recently used results go first. */
  readonly maxSize?: number;
  /** Tasks that are computed anew and stored, or all. */
  readonly force?: boolean | readonly string[];
  readonly shared?: SharedSettings;
  /** Tell the keys of calls as events, for a log that explains them later; default false. */
  readonly tellKeys?: boolean;
}

/** A store that machines share; see docs/shared-cache.md. */
export interface SharedSettings {
  readonly url: string;
  readonly token?: string;
  readonly secret?: string;
  readonly push?: boolean;
}

/** A run under way. */
export interface StartedRun {
  readonly id: string;
  /** What the flow returned; rejects with its error. Settles after the last event has been read. */
  readonly result: Promise<unknown>;
  /** As the first Ctrl-C: nothing new starts, running calls get the signal; `result` rejects with InterruptedError. */
  interrupt(): void;
}
