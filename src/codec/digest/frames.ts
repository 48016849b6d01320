import type { Gaps } from "./keys.ts";

/** An object whose parts are being written. */
export interface Frame {
  owner: object;
  /** Written first, in order; a gap counts as one. */
  items: readonly unknown[];
  length: number;
  /** Written after them, each with its value in `owner`. */
  names: readonly string[];
  /** The next of both. */
  next: number;
  /** Where its bytes begin. */
  start: number;
  /** How many objects had been visited before. */
  before: number;
  /** Inside quote(…). */
  quoted: boolean;
  gaps: Gaps | null;
}

/** At this depth an object is first looked for among those around it. */
const SUSPECT = 64;

export const NOTHING: readonly never[] = [];
const NOBODY = {};

/** The objects around the one that is being written, in frames that are used again. */
export class Frames {
  readonly #frames: Frame[] = [];
  #depth = 0;
  #suspect = SUSPECT;

  /** The innermost one. */
  get top(): Frame | undefined {
    return this.#depth === 0 ? undefined : this.#frames[this.#depth - 1];
  }

  /** A frame for an object, innermost. */
  push(owner: object, items: readonly unknown[], names: readonly string[]): Frame {
    const at = this.#depth++;
    const frame = this.#frames[at] ?? newFrame();
    this.#frames[at] = frame;
    frame.owner = owner;
    frame.items = items;
    frame.length = items.length;
    frame.names = names;
    frame.next = 0;
    return frame;
  }

  /** Leaves the innermost. Holds on to nothing of it. */
  pop(): void {
    const frame = this.#frames[--this.#depth]!;
    frame.owner = NOBODY;
    frame.items = NOTHING;
    frame.names = NOTHING;
    frame.gaps = null;
  }

  clear(): void {
    while (this.#depth > 0) this.pop();
    this.#frames.length = Math.min(this.#frames.length, SUSPECT);
    this.#suspect = SUSPECT;
  }

  /**
   * Whether an object stands inside itself. Looks at ever greater depths only, which finds each cycle, as a way round
   * one only ever leads deeper.
   */
  isCyclic(): boolean {
    if (this.#depth < this.#suspect) return false;
    this.#suspect *= 2;
    const owners = new Set<object>();
    for (let at = 0; at < this.#depth; at++) owners.add(this.#frames[at]!.owner);
    return owners.size < this.#depth;
  }
}

function newFrame(): Frame {
  return {
    owner: NOBODY,
    items: NOTHING,
    length: 0,
    names: NOTHING,
    next: 0,
    start: 0,
    before: 0,
    quoted: false,
    gaps: null,
  };
}
