import type { TaskAddress } from "../task/runner.ts";

/** What a call costs besides its own time: decoding, claiming, reporting. In milliseconds. */
const OVERHEAD = 0.004;
/** How much work may wait at a worker, in milliseconds, and in calls. */
const AHEAD = 2;
export const MOST_AHEAD = 240;
/** Calls longer than this gain nothing from having a next one at hand. */
const LONG = 20;

/** How much one call can raise an estimate: a thread that lost its CPU for a moment must not make calls seem long. */
const RISE = 4;

/**
 * How long the calls of one task take: quick to believe that they are long, slow to believe that they are short, as
 * short calls that wait behind a long one are worse than a message too many.
 */
export class Estimate {
  #ms = Number.POSITIVE_INFINITY;
  readonly #mayWait: boolean;

  /** `mayWait`: calls may wait at a worker. */
  constructor(mayWait = true) {
    this.#mayWait = mayWait;
  }

  /** Milliseconds; Infinity before the first call has ended. */
  get ms(): number {
    return this.#ms;
  }

  learn(ms: number): void {
    const cost = ms + OVERHEAD;
    if (this.#ms === Number.POSITIVE_INFINITY) this.#ms = cost;
    else if (cost > this.#ms) this.#ms = Math.min(cost, this.#ms * RISE);
    else this.#ms += (cost - this.#ms) * 0.1;
  }

  /** How many such calls may wait at a worker. */
  get ahead(): number {
    if (!this.#mayWait || this.#ms >= LONG) return 0;
    return Math.max(1, Math.min(MOST_AHEAD, Math.floor(AHEAD / this.#ms)));
  }
}

/** The estimates of all tasks of a pool. */
export class Estimates {
  readonly overall: Estimate;
  readonly #mayWait: boolean;
  readonly #tasks = new Map<TaskAddress, Estimate>();

  constructor(mayWait: boolean) {
    this.#mayWait = mayWait;
    this.overall = new Estimate(mayWait);
  }

  of(task: TaskAddress): Estimate {
    let estimate = this.#tasks.get(task);
    if (estimate === undefined) {
      estimate = new Estimate(this.#mayWait);
      this.#tasks.set(task, estimate);
    }
    return estimate;
  }
}

/**
 * True when one more call may be sent to a worker that is busy: `waiting` calls wait there already, and all that it
 * has is estimated at `load` milliseconds.
 */
export function fits(estimate: Estimate, waiting: number, load: number): boolean {
  if (estimate.ahead === 0 || load >= LONG) return false;
  return waiting === 0 || (waiting < MOST_AHEAD && load + estimate.ms <= 2 * AHEAD);
}
