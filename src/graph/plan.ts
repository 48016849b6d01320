/** What a run would do, as data. */

/**
 * - `hit`: its result is in the cache.
 * - `run`: it would be executed.
 * - `mayRun`: something that it needs would be executed; whether this will be depends on what comes out.
 * - `unknown`: it stands for calls that cannot be told yet, such as a map over a result that is not there.
 */
export type PlanState = "hit" | "run" | "mayRun" | "unknown";

export interface PlanCall {
  /** As displays name it, such as `score-12`. */
  readonly id: string;
  readonly task: string;
  readonly kind: "task" | "flow";
  readonly state: PlanState;
  /** A sentence; empty for a hit. */
  readonly reason: string;
  readonly key: string | null;
  /** The flow call that makes it; null for the root. */
  readonly parent: string | null;
}

export interface PlanEdge {
  /** The call whose result is needed. */
  readonly from: string;
  readonly to: string;
}
