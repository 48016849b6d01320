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
  /** Calls that those behind them have outrun, and such that have waited and came back. */
  readonly #apart = new Map<number, Entry>();

  get size(): number {
    return this.#size + this.#apart.size;
  }

  /** The place of the first; undefined if there is none. */
  get first(): number | undefined {
    if (this.#apart.size > 0) return this.#apart.keys().next().value;
    return this.#size === 0 ? undefined : this.#base + this.#head;
  }

  get(seq: number): Entry | undefined {
    return this.#window[seq - this.#base] ?? this.#apart.get(seq);
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
    this.#apart.set(seq, entry);
  }

  delete(seq: number): void {
    const at = seq - this.#base;
    if (this.#window[at] === undefined) {
      this.#apart.delete(seq);
      return;
    }
    this.#window[at] = undefined;
    this.#size -= 1;
    this.#skip();
    while (this.#size > 0 && this.#window.length - this.#head > LEFT + 2 * this.#size) this.#leaveBehind();
    if (this.#head < LEFT) return;
    this.#window = this.#window.slice(this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }

  /** The first one lasts, while those behind it come and go: it is kept apart. */
  #leaveBehind(): void {
    this.#apart.set(this.#base + this.#head, this.#window[this.#head]!);
    this.#window[this.#head] = undefined;
    this.#size -= 1;
    this.#skip();
  }

  /** On to the first that is there. */
  #skip(): void {
    if (this.#size === 0) this.#head = this.#window.length;
    else while (this.#window[this.#head] === undefined) this.#head += 1;
  }

  clear(): void {
    this.#window = [];
    this.#head = 0;
    this.#size = 0;
    this.#apart.clear();
  }

  /** In the order of sending, save that what stands apart is first. What is deleted meanwhile is left out. */
  *[Symbol.iterator](): Generator<[number, Entry]> {
    yield* this.#apart;
    const base = this.#base;
    const window = this.#window;
    for (let at = this.#head; at < window.length; at += 1) {
      const entry = window[at];
      if (entry !== undefined) yield [base + at, entry];
    }
  }
}
