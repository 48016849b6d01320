/** Packed values as bytes in records, and as the contents of files. */
import { whole } from "../codec/large.ts";
import { Packed, type PackedTag, type PackedValue } from "../codec/packed.ts";

/** How a value stands in a record; numbers never change their meaning. */
export const KIND = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  text: 5,
  /** A text with half a surrogate pair in it, which UTF-8 would not keep. */
  utf16: 6,
  bigint: 7,
  json: 8,
  clone: 9,
  marked: 10,
  blob: 11,
} as const;
export const TAGS: readonly PackedTag[] = ["json", "clone", "marked"];

/** A value that is ready to be written: what kind it is, and its bytes as text or as they are. */
export interface Flat {
  readonly kind: number;
  readonly data: string | Uint8Array;
  readonly encoding: "utf8" | "utf16le" | "latin1";
  readonly size: number;
}

const NOTHING = new Uint8Array(0);

export function flatten(value: PackedValue): Flat {
  if (value instanceof Packed) return flat(KIND[value.tag], whole(value).data);
  switch (typeof value) {
    case "number": {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeDoubleLE(value);
      return flat(KIND.number, bytes);
    }
    case "string":
      return isWellFormed(value) ? flat(KIND.text, value) : flat(KIND.utf16, value, "utf16le");
    case "bigint":
      return flat(KIND.bigint, value < 0n ? `-${(-value).toString(16)}` : value.toString(16), "latin1");
    case "boolean":
      return flat(value ? KIND.true : KIND.false, NOTHING);
    default:
      return flat(value === null ? KIND.null : KIND.undefined, NOTHING);
  }
}

function flat(kind: number, data: string | Uint8Array, encoding: Flat["encoding"] = "utf8"): Flat {
  const size = typeof data === "string" ? Buffer.byteLength(data, encoding) : data.byteLength;
  return { kind, data, encoding, size };
}

export function writeFlat({ data, encoding }: Flat, target: Buffer, at: number): void {
  if (typeof data === "string") target.write(data, at, encoding);
  else target.set(data, at);
}

/** The value between two places of a record; undefined there and `ok` false if there can be none. */
export function readFlat(kind: number, bytes: Buffer, from: number, to: number): { value: PackedValue; ok: boolean } {
  switch (kind) {
    case KIND.undefined:
      return good(undefined);
    case KIND.null:
      return good(null);
    case KIND.false:
      return good(false);
    case KIND.true:
      return good(true);
    case KIND.number:
      return to - from === 8 ? good(bytes.readDoubleLE(from)) : BAD;
    case KIND.text:
      return good(bytes.toString("utf8", from, to));
    case KIND.utf16:
      return good(bytes.toString("utf16le", from, to));
    case KIND.bigint:
      return good(bigintOf(bytes.toString("latin1", from, to)));
    case KIND.json:
      return good(new Packed("json", bytes.toString("utf8", from, to)));
    case KIND.clone:
      return good(new Packed("clone", own(bytes.subarray(from, to))));
    case KIND.marked:
      return good(new Packed("marked", own(bytes.subarray(from, to))));
    default:
      return BAD;
  }
}

const BAD = { value: undefined, ok: false } as const;

function good(value: PackedValue): { value: PackedValue; ok: boolean } {
  return { value, ok: true };
}

function bigintOf(text: string): bigint {
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

/** Bytes that have their ArrayBuffer to themselves, as those of a packed value must. */
function own(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return copy;
}

/** What a file keeps of a value: its tag and bytes; null for what has no such form and stays in its record. */
export function toFile(value: PackedValue): { readonly tag: PackedTag; readonly bytes: Uint8Array } | null {
  if (value instanceof Packed) {
    const { tag, data } = whole(value);
    return { tag, bytes: typeof data === "string" ? Buffer.from(data) : data };
  }
  return typeof value === "string" ? { tag: "json", bytes: Buffer.from(JSON.stringify(value)) } : null;
}

/** The value that `toFile` was given. A text is a primitive, which is never packed as JSON. */
export function fromFile(tag: PackedTag, bytes: Uint8Array): PackedValue {
  if (tag !== "json") {
    return new Packed(tag, bytes.byteLength === bytes.buffer.byteLength ? asPlain(bytes) : own(bytes));
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.startsWith('"') ? (JSON.parse(text) as string) : new Packed("json", text);
}

function asPlain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, 0, bytes.byteLength);
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
