/** What is known of the tasks of a run: which of them have calls that can travel together, and how many. */
import type { Attempt, Dispatch, TaskAddress } from "../../task/runner.ts";
import { Means } from "../means.ts";

/** So much work is one batch, in milliseconds, and so many calls at most. What it costs all that are at it is about half. */
const WORK = 8;
const MOST = 32;

export class Known {
  readonly #means = new Means();
  /** Of these one call has called others, or has given what is not small. */
  readonly #apart = new Set<TaskAddress>();
  /** Calls that were lost with others, one of which may be the cause. */
  readonly #suspects = new Set<number>();

  /** How many calls like this one may travel together. */
  together(call: Dispatch): number {
    if (call.attempt > 1 || this.#apart.has(call.task) || this.#suspects.has(call.id)) return 1;
    return fitting(this.#means.of(call.task));
  }

  /** How many calls a batch has, whatever their task. */
  get usual(): number {
    return fitting(this.#means.overall);
  }

  learn(task: TaskAddress, { ms }: Attempt): void {
    this.#means.learn(task, ms);
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
