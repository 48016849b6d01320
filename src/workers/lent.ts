/**
 * The segments in which large arrays of values are, as the coordinator counts them. One is lent to a packed value, and
 * is free for the next when that is known to be read no more: a call's own inputs when it has ended, a result when no
 * future holds it.
 */
import type { Large } from "../codec/large.ts";
import { Packed, type PackedInputs, type PackedValue } from "../codec/packed.ts";
import { SegmentRoom } from "../codec/room.ts";
import { Segments, weighed } from "../codec/segments.ts";

/** So many that a thread has given away with its results are made good by others. */
const OWED = 8;

/** What one thread is owed for the segments that it made or got and that are elsewhere, by their sizes. */
export class Home {
  #owed: number[] = [];

  owes(size: number): void {
    if (this.#owed.length < OWED) this.#owed.push(size);
  }

  /** Segments for its next results, as far as there are any free ones. */
  spares(): readonly SharedArrayBuffer[] {
    if (this.#owed.length === 0) return NONE;
    const spares: SharedArrayBuffer[] = [];
    this.#owed = this.#owed.filter(size => {
      const spare = lent.segments.free(size);
      if (spare !== null) spares.push(spare);
      return spare === null;
    });
    return spares;
  }
}

const NONE: readonly SharedArrayBuffer[] = [];

class Lent {
  /** Those that are free, whoever made them. */
  readonly segments = new Segments();
  /** Where inputs for threads are encoded. */
  readonly room = new SegmentRoom(this.segments, false);
  /** How many are lent. */
  count = 0;
  readonly #loans = new WeakMap<Large, SharedArrayBuffer>();
  readonly #dropped = new FinalizationRegistry<SharedArrayBuffer>(segment => this.#end(segment));

  /** Counts the segments of a value that was just encoded here, or has come from a thread. */
  hold<T extends PackedInputs | PackedValue>(value: T, home: Home | null = null): T {
    if (!(value instanceof Packed) || value.large === null) return value;
    for (const part of value.large) {
      if (part.viewed || part.memory instanceof ArrayBuffer) continue;
      const segment = home === null ? part.memory : weighed(part.memory);
      this.count += 1;
      home?.owes(segment.byteLength);
      this.#loans.set(part, segment);
      this.#dropped.register(part, segment, part);
    }
    return value;
  }

  /** Nobody will read this value again. */
  release(value: PackedInputs | PackedValue): void {
    if (!(value instanceof Packed) || value.large === null) return;
    for (const part of value.large) {
      const segment = this.#loans.get(part);
      if (segment === undefined) continue;
      this.#loans.delete(part);
      this.#dropped.unregister(part);
      this.#end(segment);
    }
  }

  #end(segment: SharedArrayBuffer): void {
    this.count -= 1;
    this.segments.give(segment);
  }
}

/** All runs of this process share it. */
export const lent = new Lent();
