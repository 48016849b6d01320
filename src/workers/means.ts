import type { TaskAddress } from "../task/runner.ts";

/** How much a call counts, and how much longer than the others it is taken for at most. */
const SHARE = 0.1;
const RISE = 4;

/**
 * How long calls of tasks take on average, in milliseconds, the later ones counting more; Infinity where none has ended.
 * Where they run, others take the CPU from some of them; that alone is no reason to send the others one by one, as what
 * waits for a long one is taken back.
 */
export class Means {
  readonly #tasks = new Map<TaskAddress, number>();
  /** Of all tasks. */
  overall = Number.POSITIVE_INFINITY;

  of(task: TaskAddress): number {
    return this.#tasks.get(task) ?? Number.POSITIVE_INFINITY;
  }

  learn(task: TaskAddress, ms: number): void {
    this.#tasks.set(task, learned(this.of(task), ms));
    this.overall = learned(this.overall, ms);
  }
}

function learned(mean: number, ms: number): number {
  return mean === Number.POSITIVE_INFINITY ? ms : mean + (Math.min(ms, mean * RISE) - mean) * SHARE;
}
