/**
 * Values on their way between memories. A packed value is either a primitive, which nobody can change and which
 * travels as it is, or bytes that stay encoded until somebody reads them.
 */

/** A value in encoded form. */
export class Packed {
  readonly tag: PackedTag;
  readonly data: string | Uint8Array | readonly PackedValue[];

  constructor(tag: PackedTag, data: string | Uint8Array | readonly PackedValue[]) {
    this.tag = tag;
    this.data = data;
  }
}

/** JSON text · structured-clone bytes · the same with marked parts to revive · a list of packed values. */
export type PackedTag = "json" | "clone" | "marked" | "list";

export type PackedValue = Packed | string | number | bigint | boolean | null | undefined;
