/** How many calls are with the workers at once, and how many travel together: of short ones it is more. */
import type { Host, TaskAddress } from "../../task/runner.ts";
import { Means } from "../../workers/means.ts";
import { fitTogether } from "./batches.ts";

/** How much more than the calls that run at once may be with the workers, where they are short. */
const MOST_AHEAD = 32;

export class Ahead {
  readonly #host: Host;
  readonly #calls: number;
  readonly #means = new Means();
  #slots = 0;

  /** `calls`: how many that are not short are with the workers at once. */
  constructor(host: Host, calls: number) {
    this.#host = host;
    this.#calls = calls;
    this.#grow();
  }

  /** Whether workers that have so many calls have enough to do for now. */
  isPlenty(calls: number): boolean {
    return calls >= Math.max(this.#calls, this.#slots / 2);
  }

  /** How many calls of a task travel together, if so many are under way or wait: of few calls, each worker is to get some. */
  together(task: TaskAddress, calls: number): number {
    const { fit, most } = fitTogether(this.#means.of(task));
    return Math.max(fit, Math.min(most, Math.ceil(calls / this.#calls)));
  }

  learn(task: TaskAddress, ms: number): void {
    this.#means.learn(task, ms);
    this.#grow();
  }

  #grow(): void {
    const wanted = this.#calls * Math.min(MOST_AHEAD, fitTogether(this.#means.overall).most);
    if (wanted < 2 * this.#slots && 2 * wanted > this.#slots) return;
    this.#slots = wanted;
    this.#host.slots(wanted, this.#calls);
  }
}
