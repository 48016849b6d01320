/** The prefixes of labels, as configs and flows say them. */
import type { CommandLine } from "./command.ts";

/** How a command runs workers. */
export interface CommandPlace {
  /** Start it for each call (default), or for each worker, which then executes one call after the other. */
  readonly per?: "call" | "worker";
  /** How many at once. Default: per call as many as there are calls, per worker one a CPU. */
  readonly workers?: number | "auto";
  /** The command that cancels what the prefix has put into a queue, such as `"scancel {job}"`. */
  readonly cancel?: CommandLine;
  /** Finds the job in what the prefix prints: its first group, else all of it. Default: the number after "job". */
  readonly job?: RegExp;
  /**
   * The prefix puts calls into a queue, so that a time-out counts from when the worker begins, and not from when the
   * command does. Default: true with `cancel`.
   */
  readonly queues?: boolean;
  /** The program that runs the worker, where the command runs it; default: the path of this Node. */
  readonly node?: string;
  /** Environment variables of the command, besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** A module, by URL or by path from the working directory, whose default export warms each worker once. */
  readonly init?: string | URL;
}

/** A prefix with all that can be said of it. */
export interface PrefixOptions extends CommandPlace {
  readonly command: CommandLine;
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
