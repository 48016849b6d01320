import type { Stop } from "../stop.ts";
import type { Lent, Line } from "./line.ts";
import type { TakenBatch } from "./taken-batch.ts";

/** Of batches of which some calls wait for their turn, so many are at a worker: more are for others. */
const CROWDED = 2;

/** A job, or calls of a run, that a worker has begun. */
export interface Running {
  readonly line: Line;
  readonly lent: Lent;
  readonly stop: Stop;
  readonly batch: TakenBatch | null;
}

/** What Redis says when something is to be begun: what to do with it, and what is needed for that. */
export type Begun = readonly [
  verdict: Buffer,
  about?: Buffer | number,
  upstream?: readonly Buffer[],
  fields?: readonly (Buffer | null)[],
];

/** How many more a worker takes that has these. */
export function roomBeside(all: ReadonlyMap<string, Running>, concurrency: number): number {
  let crowded = 0;
  for (const { batch } of all.values()) if (batch?.isCrowded === true) crowded += 1;
  return crowded < CROWDED ? placesBeside(all, concurrency) : 0;
}

/** How many more it may begin. */
export function placesBeside(all: ReadonlyMap<string, Running>, concurrency: number): number {
  let busy = 0;
  for (const { batch } of all.values()) if (batch?.isWaiting !== true) busy += 1;
  return concurrency - busy;
}
