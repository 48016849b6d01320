/** Names of the things in a shared cache: keys and digests in hexadecimal, so that no name leads out of a folder. */
import type { Digest } from "../../codec/digest.ts";
import type { CallKey } from "../entry.ts";

const KEY = /^[0-9a-f]+(?:\.[0-9a-f]+)*$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** Hexadecimal digits in parts with single dots between them, and short enough for the name of a file. */
export function isKey(text: unknown): text is CallKey {
  return typeof text === "string" && text.length >= 8 && text.length <= 200 && KEY.test(text);
}

export function isDigest(text: unknown): text is Digest {
  return typeof text === "string" && DIGEST.test(text);
}

/** Where something lies below the address of a shared cache. */
export const entryName = (key: CallKey): string => `v1/entries/${key}`;
export const blobName = (digest: Digest): string => `v1/blobs/${digest}`;
/** Values belong to one owner each, who removes them: they end with the digest of what is in them. */
export const valueName = (value: ValueKey): string => `v1/values/${value}`;

const VALUE = /^[0-9a-f]{32}\.[0-9a-f]{64}$/;

/** What tells a value from all others, and the digest of its bytes: `<32 digits>.<64 digits>`. */
export type ValueKey = string & { readonly valueKey: true };

export function isValueKey(text: unknown): text is ValueKey {
  return typeof text === "string" && VALUE.test(text);
}

export function digestIn(value: ValueKey): Digest {
  return value.slice(33) as Digest;
}
