/** Structured clone as bytes, with seals written as what they stand for. */
import { Serializer } from "node:v8";
import { FileTable } from "./file-table.ts";
import { viewName } from "./leaves.ts";
import type { Sealed } from "./seal.ts";

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

  constructor(seals: ReadonlyMap<unknown, Sealed>) {
    super();
    this.#seals = seals;
    this.#files = new FileTable(seals);
    (this as unknown as HostObjects)._setTreatArrayBufferViewsAsHostObjects(true);
  }

  encode(value: unknown): Uint8Array {
    const files = this.#files.bytes();
    if (files !== null) this.writeRawBytes(files);
    this.writeHeader();
    this.writeValue(value);
    for (const part of this.#later) this.writeValue(part);
    return this.releaseBuffer();
  }

  /** Called by V8. */
  _writeHostObject(view: ArrayBufferView): void {
    const seal = this.#seals.get(view);
    if (seal !== undefined) {
      this.#writeSeal(seal);
      return;
    }
    this.writeUint32(VIEWS.indexOf(viewName(view) as (typeof VIEWS)[number]));
    this.writeUint32(view.byteLength);
    // Only its own bytes travel, however long the buffer below it is.
    this.writeRawBytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
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

const NO_SEALS: ReadonlyMap<unknown, Sealed> = new Map();

export function encodeClone(value: unknown, seals: ReadonlyMap<unknown, Sealed> = NO_SEALS): Uint8Array {
  return new Encoder(seals).encode(value);
}
