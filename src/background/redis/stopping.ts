import { afterHearing } from "../../workers/after-hearing.ts";
import type { Batch, Underway } from "./batches.ts";
import type { Post } from "./post.ts";

/** In milliseconds: so long workers have to say how calls ended that were cancelled. */
const PATIENCE = 1_000;

/**
 * Calls that were cancelled after they were sent. They keep their slots until their worker says how they have ended,
 * which may be well; those that cannot have begun, and those of which nothing is heard in time, are given up.
 */
export class Stopping {
  readonly #post: Post;
  readonly #giveUp: (calls: readonly Underway[]) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What is to be said in this turn. */
  #stops = new Map<Batch, Underway[]>();

  constructor(post: Post, giveUp: (calls: readonly Underway[]) => void) {
    this.#post = post;
    this.#giveUp = giveUp;
  }

  add(underway: Underway, reason: string): void {
    const { batch } = underway;
    const calls = this.#stops.get(batch);
    if (calls !== undefined) calls.push(underway);
    else {
      this.#stops.set(batch, [underway]);
      queueMicrotask(() => this.#stop(batch, reason));
    }
  }

  #stop(batch: Batch, reason: string): void {
    const calls = this.#stops.get(batch)!;
    this.#stops.delete(batch);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      afterHearing(() => this.#giveUp(calls));
    }, PATIENCE);
    this.#timers.add(timer);
    const places = calls.map(({ place }) => place);
    this.#post.stop(batch.id, reason, places).then(
      mayRun => {
        if (!mayRun) this.#giveUp(calls);
      },
      () => {},
    );
    if (batch.open.length === 0) this.#post.cancel(batch.id, reason);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
