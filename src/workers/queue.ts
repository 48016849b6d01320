import type { Entry } from "./member.ts";

/** The calls of a pool that no worker has yet, first come first served. */
export class Queue {
  /** Those that were taken are forgotten: they hold what the calls gave. */
  #entries: (Entry | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#entries.length - this.#head;
  }

  get first(): Entry | undefined {
    return this.#entries[this.#head];
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  shift(): void {
    this.#entries[this.#head] = undefined;
    this.#head += 1;
    if (this.#head < 1_024 || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  get #waiting(): Entry[] {
    return this.#entries.slice(this.#head) as Entry[];
  }

  /** Puts calls that were taken back before the others, in their order. */
  unshift(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.#entries = [...entries, ...this.#waiting];
    this.#head = 0;
  }

  /** Takes out the calls for which `is` holds. */
  remove(is: (entry: Entry) => boolean): Entry[] {
    const removed: Entry[] = [];
    const kept: Entry[] = [];
    for (const entry of this.#waiting) (is(entry) ? removed : kept).push(entry);
    this.#entries = kept;
    this.#head = 0;
    return removed;
  }
}
