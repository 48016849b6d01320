/**
 * The segments in which large arrays of values are, as the coordinator counts them. One is lent to a packed value, and
 * is free for the next when that is known to be read no more: a call's own inputs when it has ended, a result when no
 * future holds it.
 */
import { Packed, type PackedInputs, type PackedValue } from "../codec/packed.ts";
import { SegmentRoom } from "../codec/room.ts";
import { Segments, weighed } from "../codec/segments.ts";

/** Where the segments come back that one thread has made. It knows nothing else, as it is held by each of them. */
export class Home {
  /** Those that the thread is to be told of. */
  back: SharedArrayBuffer[] = [];
  /** The thread has ended: others use what it made. */
  gone = false;

  leave(): void {
    this.gone = true;
    for (const segment of this.back.splice(0)) lent.segments.give(segment);
  }
}

interface Loan {
  readonly segment: SharedArrayBuffer;
  readonly home: Home | null;
}

class Lent {
  /** Those that were made here, and those whose thread has ended. */
  readonly segments = new Segments();
  /** Where inputs for threads are encoded. */
  readonly room = new SegmentRoom(this.segments, false);
  /** How many are lent. */
  count = 0;
  readonly #dropped = new FinalizationRegistry<Loan>(loan => this.#end(loan));

  /** Counts the segments of a value that was just encoded here, or has come from a thread. */
  hold<T extends PackedInputs | PackedValue>(value: T, home: Home | null = null): T {
    if (!(value instanceof Packed) || value.large === null) return value;
    for (const part of value.large) {
      if (part.viewed || part.memory instanceof ArrayBuffer) continue;
      const segment = home === null ? part.memory : weighed(part.memory);
      this.count += 1;
      this.#dropped.register(part, { segment, home }, part);
    }
    return value;
  }

  /** Nobody will read this value again. */
  release(value: PackedInputs | PackedValue, home: Home | null = null): void {
    if (!(value instanceof Packed) || value.large === null) return;
    for (const part of value.large) {
      if (!this.#dropped.unregister(part)) continue;
      this.#end({ segment: part.memory as SharedArrayBuffer, home });
    }
  }

  #end({ segment, home }: Loan): void {
    this.count -= 1;
    if (home === null || home.gone) this.segments.give(segment);
    else home.back.push(segment);
  }
}

/** All runs of this process share it. */
export const lent = new Lent();
