import { hash } from "node:crypto";

declare const DIGEST: unique symbol;

/** A SHA-256, as 64 hexadecimal digits. */
export type Digest = string & { readonly [DIGEST]: true };

/** The address of some bytes; of a text, that of its UTF-8 bytes. */
export function digestBytes(data: string | Uint8Array): Digest {
  return hash("sha256", data, "hex") as Digest;
}
