import type { Entry } from "./member.ts";

/** So many places that have been left are kept before they are given back. */
const LEFT = 512;

/**
 * The calls at a worker by their place in the order of sending, in that order. They come with rising places and mostly
 * leave from the front, so that a window over an array serves where a map would be searched for every call.
 */
export class Entries {
  #window: (Entry | undefined)[] = [];
  #head = 0;
  /** The place of the first in the window. */
  #base = 1;
  #size = 0;
  /** Calls that have waited and came back after those behind them had left. */
  readonly #back = new Map<number, Entry>();

  get size(): number {
    return this.#size + this.#back.size;
  }

  /** The place of the first; undefined if there is none. */
  get first(): number | undefined {
    if (this.#back.size > 0) return this.#back.keys().next().value;
    return this.#size === 0 ? undefined : this.#base + this.#head;
  }

  get(seq: number): Entry | undefined {
    return this.#window[seq - this.#base] ?? this.#back.get(seq);
  }

  /** Adds the next one. */
  push(seq: number, entry: Entry): void {
    if (this.#size === 0) {
      this.#window.length = 0;
      this.#head = 0;
      this.#base = seq;
    }
    this.#window[seq - this.#base] = entry;
    this.#size += 1;
  }

  /** Takes in again one that was here before. */
  putBack(seq: number, entry: Entry): void {
    this.#back.set(seq, entry);
  }

  delete(seq: number): void {
    const at = seq - this.#base;
    if (this.#window[at] === undefined) {
      this.#back.delete(seq);
      return;
    }
    this.#window[at] = undefined;
    this.#size -= 1;
    if (at !== this.#head || this.#size === 0) return;
    while (this.#window[this.#head] === undefined) this.#head += 1;
    if (this.#head < LEFT) return;
    this.#window = this.#window.slice(this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }

  clear(): void {
    this.#window = [];
    this.#head = 0;
    this.#size = 0;
    this.#back.clear();
  }

  /** In the order of sending, save that what has come back is first. What is deleted meanwhile is left out. */
  *[Symbol.iterator](): Generator<[number, Entry]> {
    yield* this.#back;
    const base = this.#base;
    const window = this.#window;
    for (let at = this.#head; at < window.length; at += 1) {
      const entry = window[at];
      if (entry !== undefined) yield [base + at, entry];
    }
  }
}
