import { parseDuration } from "../config/duration.ts";
import { CRASHED, FAILED, TIMED_OUT } from "../graph/states.ts";
import type { Duration } from "../task/types.ts";
import type { Spec } from "./spec.ts";

/**
 * Milliseconds to wait before the next attempt, or null when there is to be none.
 *
 * @param attempt the one that failed, from 1.
 * @param chance 0 to 1, for the jitter.
 */
export function retryDelay(spec: Spec, state: number, error: Error, attempt: number, chance: number): number | null {
  if (attempt > spec.retries || (state !== FAILED && state !== CRASHED && state !== TIMED_OUT)) return null;
  const { retryIf, retryJitter = 0 } = spec.options;
  if (retryIf !== undefined && !retryIf(error, attempt)) return null;
  const delay = plainDelay(spec, attempt);
  return Math.max(0, delay * (1 + retryJitter * (2 * chance - 1)));
}

function plainDelay(spec: Spec, attempt: number): number {
  const { retryDelay: delay } = spec.options;
  if (delay === undefined) return 0;
  const where = `task "${spec.definition.name}", retryDelay`;
  if (typeof delay === "function") return parseDuration(delay(attempt), where);
  const chosen = Array.isArray(delay) ? delay[Math.min(attempt, delay.length) - 1] : delay;
  return parseDuration(chosen as Duration, where);
}
