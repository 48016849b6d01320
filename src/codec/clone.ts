/** Structured clone as bytes, with seals written as what they stand for. */
import { Serializer } from "node:v8";
import { FileTable } from "./file-table.ts";
import { ELSEWHERE, Large, VIEWED } from "./large.ts";
import { viewName } from "./leaves.ts";
import type { Place, Room } from "./room.ts";
import type { Sealed } from "./seal.ts";
import { sharedMemory } from "./shared-memory.ts";

/**
 * How an object is written that V8 leaves to us: a number, then its fields. Views come first, by their class; below
 * `SEAL` nothing may be renumbered without a new version of the protocol.
 */
export const VIEWS = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
  "Buffer",
  "Float16Array",
] as const;
export const SEAL = { hole: 32, url: 33, instance: 34, error: 35, inlineError: 36, later: 37, file: 38 } as const;
export const CONTAINERS = ["array", "object", "map", "set"] as const;

/** What `node:v8` has, but its types leave out. */
interface HostObjects {
  _setTreatArrayBufferViewsAsHostObjects(yes: boolean): void;
}

class Encoder extends Serializer {
  readonly #seals: ReadonlyMap<unknown, Sealed>;
  readonly #files: FileTable;
  /** What is written after the value: the rest of errors and the lower strata, so that cycles can pass through them. */
  readonly #later: unknown[] = [];
  readonly #room: Room | null;
  /** What has been written up to each large array, and these. */
  readonly #pieces: Uint8Array[] = [];
  readonly #large: Large[] = [];
  #written = 0;
  #sum = 0;

  constructor(seals: ReadonlyMap<unknown, Sealed>, room: Room | null) {
    super();
    this.#seals = seals;
    this.#room = room;
    this.#files = new FileTable(seals);
    (this as unknown as HostObjects)._setTreatArrayBufferViewsAsHostObjects(true);
  }

  encode(value: unknown): Encoded {
    const files = this.#files.bytes();
    if (files !== null) this.writeRawBytes(files);
    this.writeHeader();
    this.writeValue(value);
    for (const part of this.#later) this.writeValue(part);
    if (this.#large.length === 0) return { data: this.releaseBuffer(), large: null };
    this.#endPiece();
    return { data: new Uint8Array(Buffer.concat(this.#pieces)), large: this.#large };
  }

  /** Called by V8. */
  _writeHostObject(view: ArrayBufferView): void {
    const seal = this.#seals.get(view);
    if (seal !== undefined) {
      this.#writeSeal(seal);
      return;
    }
    if (view.byteLength === 0 && sharedMemory.gone.has(view.buffer)) throw new Error("an array that was moved before");
    const code = VIEWS.indexOf(viewName(view) as (typeof VIEWS)[number]);
    const place = this.#room?.placeOf(view) ?? null;
    if (place !== null) {
      this.writeUint32(code + (place.viewed ? VIEWED : ELSEWHERE));
      this.writeUint32(view.byteLength);
      this.#cut(place, view.byteLength);
      return;
    }
    this.writeUint32(code);
    this.writeUint32(view.byteLength);
    // Only its own bytes travel, however long the buffer below it is.
    this.writeRawBytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }

  #cut({ memory, offset, viewed }: Place, length: number): void {
    this.#endPiece();
    this.#large.push(new Large(memory, offset, length, this.#written, viewed));
    this.#sum += length;
    // V8 pads by the parity of places: the bytes must be those that they would be with the array among them.
    if ((this.#written + this.#sum) % 2 === 1) this.writeRawBytes(PAD);
  }

  #endPiece(): void {
    const odd = (this.#written + this.#sum) % 2;
    const piece = this.releaseBuffer();
    const own = this.#pieces.length > 0 && odd === 1 ? piece.subarray(1) : piece;
    this.#pieces.push(own);
    this.#written += own.length;
  }

  #writeSeal(seal: Sealed): void {
    switch (seal.kind) {
      case "hole":
        this.writeUint32(SEAL.hole);
        this.writeUint32(seal.slot);
        break;
      case "url":
        this.writeUint32(SEAL.url);
        this.writeValue(seal.href);
        break;
      case "file":
        this.writeUint32(SEAL.file);
        this.writeUint32(this.#files.placeOf(seal));
        break;
      case "instance":
        this.writeUint32(SEAL.instance);
        this.writeValue(seal.name);
        this.writeValue(seal.stack);
        this.writeValue(seal.encoded);
        break;
      case "error":
        this.writeUint32(seal.inline ? SEAL.inlineError : SEAL.error);
        this.writeValue(seal.head);
        if (seal.inline) this.writeValue(seal.rest);
        else this.#later.push(seal.rest);
        break;
      default:
        this.writeUint32(SEAL.later);
        this.writeUint32(CONTAINERS.indexOf(seal.container));
        this.#later.push(seal.content);
    }
  }
}

const PAD = new Uint8Array(1);
const NO_SEALS: ReadonlyMap<unknown, Sealed> = new Map();

/** The bytes, and the large arrays that are not among them. */
export interface Encoded {
  readonly data: Uint8Array;
  readonly large: readonly Large[] | null;
}

/** `room`: where large arrays are put; without it, among the bytes. */
export function encodeClone(
  value: unknown,
  seals: ReadonlyMap<unknown, Sealed> = NO_SEALS,
  room: Room | null = null,
): Encoded {
  return new Encoder(seals, room).encode(value);
}
