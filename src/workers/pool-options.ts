import type { RecyclingLimits } from "./recycling.ts";

export interface PoolOptions {
  /** The runner's name, for display. */
  readonly name: string;
  readonly workers: number;
  readonly concurrency: number;
  readonly init: string | null;
  readonly limits: RecyclingLimits;
}
