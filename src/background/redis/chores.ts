import type { Heads } from "./heads.ts";
import type { RedisQueue } from "./queue.ts";

/** In milliseconds. */
const EVERY = 1_000;

/** What a worker sees to once a second. */
export class Chores {
  readonly #queue: RedisQueue;
  readonly #heads: Heads;
  #at = 0;

  constructor(queue: RedisQueue, heads: Heads) {
    this.#queue = queue;
    this.#heads = heads;
  }

  /** They are due. */
  hurry(): void {
    this.#at = 0;
  }

  /** Gives whether something was found that workers can begin. */
  async see(): Promise<boolean> {
    const now = Date.now();
    if (now < this.#at) return false;
    this.#at = now + EVERY;
    await this.#queue.listen();
    const swept = await this.#queue.sweep();
    await this.#queue.timetable.fire(now);
    await this.#heads.see();
    return swept > 0;
  }
}
