/** Where large arrays go when a value is encoded for a place that shares this memory. */
import { types } from "node:util";
import { LARGE, type Segments } from "./segments.ts";
import { sharedMemory } from "./shared-memory.ts";

/** `viewed`: readers get views on this memory, and no copies. */
export interface Place {
  readonly memory: SharedArrayBuffer | ArrayBuffer;
  readonly offset: number;
  readonly viewed: boolean;
}

export interface Room {
  /** Null for what stays among the bytes. */
  placeOf(view: ArrayBufferView): Place | null;
}

/** Large arrays are copied, once, into pooled segments. */
export class SegmentRoom implements Room {
  readonly #segments: Segments;
  readonly #gives: boolean;

  /** `gives`: what was moved is given away, and not copied. */
  constructor(segments: Segments, gives: boolean) {
    this.#segments = segments;
    this.#gives = gives;
  }

  placeOf(view: ArrayBufferView): Place | null {
    const { buffer, byteOffset: offset, byteLength } = view;
    if (types.isSharedArrayBuffer(buffer)) return { memory: buffer, offset, viewed: true };
    if (this.#gives && byteLength === buffer.byteLength && sharedMemory.moved.delete(buffer)) {
      sharedMemory.gone.add(buffer);
      return { memory: buffer as ArrayBuffer, offset: 0, viewed: false };
    }
    if (byteLength < LARGE) return null;
    const memory = this.#segments.take(byteLength);
    new Uint8Array(memory).set(new Uint8Array(buffer, offset, byteLength));
    return { memory, offset: 0, viewed: false };
  }
}
