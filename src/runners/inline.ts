import { availableParallelism } from "node:os";
import { checkKeys } from "../config/nearest.ts";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import type { Host, Runner, RunnerSession } from "../task/runner.ts";
import { InlineSession } from "../workers/inline.ts";
import { checkCount } from "./options.ts";

export interface InlineOptions {
  /** How many calls may be under way at once; default: all. */
  readonly concurrency?: number;
  /** Warn, once a task, of a call that keeps this thread busy for over 100 ms; default false. */
  readonly warnBlocking?: boolean;
}

/**
 * Runs calls in this process, at once and without copies: for calls that wait, such as requests, and for debugging.
 *
 * @throws OptionError
 * @example
 * await run({ runner: inline({ concurrency: 10 }) }, () => fetchPage.map(urls));
 */
export function inline(options: InlineOptions = {}): Runner {
  const where = "inline(…)";
  checkKeys(options, ["concurrency", "warnBlocking"], where);
  const { concurrency = Number.POSITIVE_INFINITY, warnBlocking = false } = options;
  if (concurrency !== Number.POSITIVE_INFINITY) {
    checkCount(concurrency, `${where}, concurrency`, "Give a whole number from 1 on, or leave it out.");
  }
  if (typeof warnBlocking !== "boolean") {
    throw new OptionError({
      where: `${where}, warnBlocking`,
      problem: `${shown(warnBlocking)} is not possible`,
      hint: "Give true or false.",
    });
  }
  return {
    name: "inline",
    workers: concurrency,
    shared: true,
    resized: count => inline({ ...options, concurrency: count === "auto" ? availableParallelism() : count }),
    open: (host: Host): RunnerSession => new InlineSession(host, concurrency, warnBlocking),
  };
}
