import type { Heads } from "./heads.ts";
import type { RedisQueue } from "./queue.ts";

/** In milliseconds. */
const EVERY = 1_000;
const SWEEP = 10_000;
/** A run of which so long nothing was heard does not come back for its values. */
const GONE = 60 * 60 * 1_000;

/** What a worker sees to once a second. */
export class Chores {
  readonly #queue: RedisQueue;
  readonly #heads: Heads;
  readonly #troubled: (error: Error) => void;
  #at = 0;
  #sweepAt = 0;
  #sweeping: Promise<void> | null = null;
  #toldOfSweep = false;

  constructor(queue: RedisQueue, heads: Heads, troubled: (error: Error) => void) {
    this.#queue = queue;
    this.#heads = heads;
    this.#troubled = troubled;
  }

  /**
   * Removes what lies beside Redis and is of no use any more, which nobody waits for. That this is not possible is told
   * once.
   */
  async #sweep(): Promise<void> {
    try {
      await this.#queue.parcels.abandon(GONE);
      await this.#queue.parcels.sweep();
      this.#toldOfSweep = false;
    } catch (error) {
      if (!this.#toldOfSweep) this.#troubled(error as Error);
      this.#toldOfSweep = true;
    } finally {
      this.#sweepAt = Date.now() + SWEEP;
      this.#sweeping = null;
    }
  }

  /** Resolves when nothing is being removed. */
  async close(): Promise<void> {
    await this.#sweeping;
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
    if (now >= this.#sweepAt) this.#sweeping ??= this.#sweep();
    return swept;
  }
}
