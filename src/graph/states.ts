/**
 * The states of a node as numbers, for typed arrays; `stateNames` gives what users see.
 * Everything from COMPLETED on is terminal.
 */
export const PENDING = 0;
export const QUEUED = 1;
export const RUNNING = 2;
export const RETRYING = 3;
export const COMPLETED = 4;
export const FAILED = 5;
export const CRASHED = 6;
export const TIMED_OUT = 7;
export const CANCELLED = 8;
export const UPSTREAM_FAILED = 9;

export const stateNames = [
  "pending",
  "queued",
  "running",
  "retrying",
  "completed",
  "failed",
  "crashed",
  "timedOut",
  "cancelled",
  "upstreamFailed",
] as const;

export type StateName = (typeof stateNames)[number];

export function nameOfState(state: number): StateName {
  return stateNames[state]!;
}

export function isTerminal(state: number): boolean {
  return state >= COMPLETED;
}
