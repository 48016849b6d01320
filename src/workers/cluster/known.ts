/** What is known of the tasks of a run: which of them have calls that can travel together, and how many. */
import type { Attempt, Dispatch, TaskAddress } from "../../task/runner.ts";

/** So much work is one batch, in milliseconds, and so many calls at most. What it costs all that are at it is about half. */
const WORK = 8;
const MOST = 32;

/** How much a call counts, and how much longer than the others it is taken for at most. */
const SHARE = 0.1;
const RISE = 4;

/**
 * How long calls take on average, the later ones counting more. Where they run, what the engine does takes the CPU from
 * some of them; that alone is no reason to send the others one by one, as what waits for a long one is taken back.
 */
class Mean {
  ms = Number.POSITIVE_INFINITY;

  learn(ms: number): void {
    if (this.ms === Number.POSITIVE_INFINITY) this.ms = ms;
    else this.ms += (Math.min(ms, this.ms * RISE) - this.ms) * SHARE;
  }
}

export class Known {
  readonly #tasks = new Map<TaskAddress, Mean>();
  /** Of these one call has called others, or has given what is not small. */
  readonly #apart = new Set<TaskAddress>();
  readonly #overall = new Mean();
  /** Calls that were lost with others, one of which may be the cause. */
  readonly #suspects = new Set<number>();

  /** How many calls like this one may travel together. */
  together(call: Dispatch): number {
    if (call.attempt > 1 || this.#apart.has(call.task) || this.#suspects.has(call.id)) return 1;
    return fitting(this.#tasks.get(call.task)?.ms ?? Number.POSITIVE_INFINITY);
  }

  /** How many calls a batch has, whatever their task. */
  get usual(): number {
    return fitting(this.#overall.ms);
  }

  learn(task: TaskAddress, { ms }: Attempt): void {
    let estimate = this.#tasks.get(task);
    if (estimate === undefined) {
      estimate = new Mean();
      this.#tasks.set(task, estimate);
    }
    estimate.learn(ms);
    this.#overall.learn(ms);
  }

  keepApart(task: TaskAddress): void {
    this.#apart.add(task);
  }

  suspect(id: number): void {
    this.#suspects.add(id);
  }

  /** It has ended. */
  forget(id: number): void {
    this.#suspects.delete(id);
  }
}

function fitting(ms: number): number {
  return Math.max(1, Math.min(MOST, Math.floor(WORK / ms)));
}
