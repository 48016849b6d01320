/** The prefixes of labels, as configs and flows say them. */
import type { CommandLine } from "./command.ts";

/** A prefix with all that can be said of it. */
export interface PrefixOptions {
  readonly command: CommandLine;
  /** Start it for each call (default), or for each worker. */
  readonly per?: "call" | "worker";
  readonly workers?: number | "auto";
  /** The command that cancels what the prefix has put into a queue, such as `"scancel {job}"`. */
  readonly cancel?: CommandLine;
  /** Finds the job in what the prefix prints; default: the number after "job". */
  readonly job?: RegExp;
  /** Time-outs count from when the worker begins; default: true with `cancel`. */
  readonly queues?: boolean;
  /** The program that runs the worker, where the prefix runs it. */
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly init?: string | URL;
  readonly maxCallsPerWorker?: number;
  readonly maxMemoryPerWorker?: number | string;
  readonly idleTimeout?: number | string;
}

/** What runs the worker of a call, which follows it: a command, its words, or more about it. */
export type Prefix = CommandLine | PrefixOptions;

/** By label. */
export type Prefixes = Readonly<Record<string, Prefix>>;

export function prefixOptions(prefix: Prefix): PrefixOptions {
  return typeof prefix === "string" || isWords(prefix) ? { command: prefix } : prefix;
}

function isWords(prefix: CommandLine | PrefixOptions): prefix is readonly string[] {
  return Array.isArray(prefix);
}
