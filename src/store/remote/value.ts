/** Encoded values as bytes, and back. */
import { whole } from "../../codec/large.ts";
import { Packed, type PackedValue } from "../../codec/packed.ts";

const KINDS = ["undefined", "number", "bigint", "plain", "json", "clone", "marked"] as const;

/**
 * How the bytes of a value are to be read: a tag of a packed value, or that of a primitive. `plain` is JSON of a
 * string, a boolean or null: JSON, because it escapes the halves of characters that UTF-8 cannot write.
 */
export type ValueKind = (typeof KINDS)[number];

/** Text stays text, as most values are and as it fits into a document. */
export interface FlatValue {
  readonly kind: ValueKind;
  readonly data: string | Uint8Array;
}

export function isValueKind(kind: unknown): kind is ValueKind {
  return (KINDS as readonly unknown[]).includes(kind);
}

/** Whether values of this kind are bytes rather than text. */
export function isBinary(kind: ValueKind): boolean {
  return kind === "clone" || kind === "marked";
}

/** Undefined for what cannot be written so that it is read back the same. */
export function flatten(value: PackedValue): FlatValue | undefined {
  if (value instanceof Packed) {
    const { tag: kind, data } = whole(value);
    return isBinary(kind) === (typeof data !== "string") ? { kind, data } : undefined;
  }
  switch (typeof value) {
    case "undefined":
      return { kind: "undefined", data: "" };
    case "number":
      return { kind: "number", data: Object.is(value, -0) ? "-0" : String(value) };
    case "bigint":
      return { kind: "bigint", data: String(value) };
    default:
      return { kind: "plain", data: JSON.stringify(value) };
  }
}

/** @throws SyntaxError if the text says nothing of its kind. */
export function unflatten({ kind, data }: FlatValue): PackedValue {
  switch (kind) {
    case "undefined":
      return undefined;
    case "number":
      return Number(data);
    case "bigint":
      return BigInt(String(data));
    case "plain": {
      const value: unknown = JSON.parse(String(data));
      if (typeof value === "object" && value !== null) throw new SyntaxError("not a primitive");
      return value as string | boolean | null;
    }
    default:
      return new Packed(kind, data);
  }
}
