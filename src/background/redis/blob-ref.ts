/** What stands in Redis in the place of bytes that lie beside it. */
import { isValueKey, type ValueKey } from "../../store/remote/names.ts";

/** Bytes that may lie in Redis itself: what is published beyond 32 MiB has Redis cut the connection of who listens. */
export const MOST_IN_REDIS = 16 * 1024 ** 2;

export interface Ref {
  readonly key: ValueKey;
  /** In bytes. */
  readonly size: number;
  /** Where whoever wrote it found that place. */
  readonly at: string;
}

/** No frame begins so, no signature, and nothing that is encoded. */
const MAGIC = Buffer.from("hdb1");
const LONGEST = 4_096;

export function refBytes({ key, size, at }: Ref): Buffer {
  return Buffer.concat([MAGIC, Buffer.from(JSON.stringify([key, size, at.slice(0, 1_000)]))]);
}

/** Null for anything else. */
export function refIn(bytes: Uint8Array): Ref | null {
  if (bytes.byteLength > LONGEST || !MAGIC.equals(bytes.subarray(0, MAGIC.byteLength))) return null;
  try {
    const [key, size, at] = JSON.parse(Buffer.from(bytes.subarray(MAGIC.byteLength)).toString()) as unknown[];
    const isSize = Number.isSafeInteger(size) && (size as number) >= 0;
    return isValueKey(key) && isSize && typeof at === "string" ? { key, size: size as number, at } : null;
  } catch {
    return null;
  }
}

/** How much it is that these bytes are, or stand for. */
export function sizeOf(bytes: Uint8Array): number {
  return refIn(bytes)?.size ?? bytes.byteLength;
}
