/**
 * Large arrays beside the bytes of a packed value. Where their bytes would stand, nothing is written; they are in memory
 * of their own, which threads pass on without touching it. Everywhere else they are put back in their places.
 */
import { UsageError } from "../errors.ts";
import { Packed } from "./packed.ts";

/** One large array of a packed value. */
export class Large {
  /** Pooled or the user's shared memory; an `ArrayBuffer` if it was moved. */
  readonly memory: SharedArrayBuffer | ArrayBuffer;
  readonly offset: number;
  readonly length: number;
  /** Where in the encoded bytes its own are missing. */
  readonly at: number;
  /** It is the user's shared memory, on which readers get views. */
  readonly viewed: boolean;

  constructor(memory: SharedArrayBuffer | ArrayBuffer, offset: number, length: number, at: number, viewed: boolean) {
    this.viewed = viewed;
    this.memory = memory;
    this.offset = offset;
    this.length = length;
    this.at = at;
  }

  /** @throws UsageError if somebody who was given a moved array has moved it on. */
  get bytes(): Uint8Array {
    const { memory, offset, length } = this;
    if (memory.byteLength < offset + length) {
      throw new UsageError({
        problem: "a result that was moved, and moved on by whoever awaited it, is needed once more",
        hint: "Pass the array that was awaited instead of its future, or return it from the task without move(…).",
      });
    }
    return new Uint8Array(memory, offset, length);
  }
}

/** What is added to the code of a view whose bytes are elsewhere, and of one that is a view on shared memory. */
export const ELSEWHERE = 64;
export const VIEWED = 96;

/** The same value with all its bytes in one place, as it is where memory is not shared. */
export function whole(packed: Packed): Packed {
  const { large, tag } = packed;
  if (large === null) return packed;
  const cut = packed.data as Uint8Array;
  const data = new Uint8Array(large.reduce((sum, { length }) => sum + length, cut.length));
  let from = 0;
  let to = 0;
  for (const part of large) {
    const { at, length } = part;
    data.set(cut.subarray(from, at), to);
    to += at - from;
    from = at;
    // In front of its length is what it is.
    const code = to - sizeOf(length) - 1;
    data[code] = data[code]! % 32;
    data.set(part.bytes, to);
    to += length;
  }
  data.set(cut.subarray(from), to);
  return new Packed(tag, data);
}

/** Another packed value of the same, so that what is decoded of one is not the memory of the other. */
export function apart({ tag, data, large }: Packed): Packed {
  if (large === null) return new Packed(tag, data);
  const own = large.map(part => {
    if (!(part.memory instanceof ArrayBuffer)) return part;
    return new Large(part.bytes.slice().buffer, 0, part.length, part.at, false);
  });
  return new Packed(tag, data, own);
}

/** How many bytes a number takes. */
function sizeOf(number: number): number {
  let size = 1;
  for (let rest = number; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
