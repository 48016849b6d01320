/**
 * Values on their way between memories. A packed value is either a primitive, which nobody can change and which
 * travels as it is, or text or bytes that stay encoded until somebody reads them. Whoever only hands a value on never
 * decodes it.
 */
import type { Large } from "./large.ts";
import { oneClass } from "./one-class.ts";

/**
 * - `json`: JSON text, where JSON keeps the value exactly.
 * - `clone`: bytes of the structured clone algorithm.
 * - `marked`: the same, with parts in it that are revived: errors, instances with a serializer, URLs, holes.
 */
export type PackedTag = "json" | "clone" | "marked";

/** A value in encoded form. Bytes own their whole ArrayBuffer, so that a thread can be sent them as they are. */
class PackedBytes {
  readonly tag: PackedTag;
  readonly data: string | Uint8Array;
  /** The large arrays that are not among the bytes, in order: only between threads. See `whole`. */
  readonly large: readonly Large[] | null;

  constructor(tag: PackedTag, data: string | Uint8Array, large: readonly Large[] | null = null) {
    this.tag = tag;
    this.data = data;
    this.large = large;
  }
}

export const Packed = oneClass("Packed", PackedBytes);
export type Packed = PackedBytes;

export type Primitive = string | number | bigint | boolean | null | undefined;
export type PackedValue = Packed | Primitive;

/** The place of a future in the inputs of a call, to be filled with the value of slot `slot`. */
class InputHole {
  readonly slot: number;

  constructor(slot: number) {
    this.slot = slot;
  }
}

export const Hole = oneClass("Hole", InputHole);
export type Hole = InputHole;

/**
 * The inputs of one call, with holes where futures were: a list with one item an input, or, where inputs share parts
 * or have holes inside, the whole list in encoded form.
 */
export type PackedInputs = readonly (PackedValue | Hole)[] | Packed;
