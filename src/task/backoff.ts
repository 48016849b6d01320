import { parseDuration } from "../config/duration.ts";
import { OptionError } from "../errors.ts";
import type { Duration } from "./types.ts";

/** What `backoff` takes. */
export interface BackoffOptions {
  /** The first delay. */
  readonly base: Duration;
  /** Each delay is this many times the one before; default 2. */
  readonly factor?: number;
  /** No delay is longer; default none. */
  readonly max?: Duration;
}

/**
 * Delays that grow with each attempt, for `retryDelay`.
 *
 * @example
 * task("fetch", { retries: 5, retryDelay: backoff({ base: "100ms", max: "10s" }) }, fetchPage);
 */
export function backoff({ base, factor = 2, max }: BackoffOptions): (attempt: number) => number {
  const first = parseDuration(base, "backoff({ base })");
  const most = max === undefined ? Number.MAX_SAFE_INTEGER : parseDuration(max, "backoff({ max })");
  if (!(factor >= 1)) {
    throw new OptionError({
      where: "backoff({ factor })",
      problem: `${String(factor)} is not a factor`,
      hint: "Give a number of at least 1.",
    });
  }
  // Capped before it is multiplied, as nothing times infinity is no number.
  return attempt => Math.min(most, first * Math.min(factor ** (attempt - 1), Number.MAX_SAFE_INTEGER));
}
