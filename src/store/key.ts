/** Keys of calls as the index holds them: 48 bytes, a task's side by side. */
import type { CallKey } from "./entry.ts";

export const KEY_BYTES = 48;
/** Where the parts of a key's text begin, and where they end. */
const PARTS = [
  [0, 16],
  [17, 57],
  [58, 98],
] as const;
const TEXT_LENGTH = 98;

const DIGITS = new Int8Array(128).fill(-1);
for (const [value, digit] of [..."0123456789abcdef"].entries()) DIGITS[digit.charCodeAt(0)] = value;

/**
 * Writes the bytes of a key behind `at`; gives where they end.
 *
 * @throws TypeError for a text that is no key: a wrong one must never meet the entry of another.
 */
export function writeKey(key: CallKey, target: Uint8Array, at: number): number {
  let sign = key.length === TEXT_LENGTH ? 0 : -1;
  let end = at;
  for (const [from, to] of PARTS) {
    for (let i = from; i < to; i += 2) {
      const byte = (digit(key, i) << 4) | digit(key, i + 1);
      sign |= byte;
      target[end++] = byte;
    }
  }
  if (sign < 0) throw new TypeError(`not the key of a call: ${JSON.stringify(key)}`);
  return end;
}

function digit(key: string, at: number): number {
  return DIGITS[key.charCodeAt(at)] ?? -1;
}

export function keyBytes(key: CallKey): Buffer {
  const bytes = Buffer.allocUnsafe(KEY_BYTES);
  writeKey(key, bytes, 0);
  return bytes;
}

/** The text of a key whose bytes begin at `at`. */
export function readKey(bytes: Buffer, at = 0): CallKey {
  const digits = bytes.toString("hex", at, at + KEY_BYTES);
  return `${digits.slice(0, 16)}.${digits.slice(16, 56)}.${digits.slice(56)}`;
}

export function isKey(text: string): boolean {
  return /^[0-9a-f]{16}\.[0-9a-f]{40}\.[0-9a-f]{40}$/.test(text);
}

/** From where to where the keys lie that begin with this text, with dots or without; null if none can. */
export function keyRange(prefix: string): { readonly start: Buffer; readonly end: Buffer } | null {
  if (!/^[0-9a-f.]*$/.test(prefix)) return null;
  const digits = prefix.replaceAll(".", "");
  if (digits.length > 2 * KEY_BYTES) return null;
  const start = Buffer.from(digits.padEnd(2 * KEY_BYTES, "0"), "hex");
  return { start, end: Buffer.concat([Buffer.from(digits.padEnd(2 * KEY_BYTES, "f"), "hex"), Buffer.of(0)]) };
}

/** A number that mixes in a record's checksum which key it belongs to. */
export function keySeed(key: CallKey): number {
  let seed = 0;
  for (let i = 9; i < TEXT_LENGTH; i += 11) seed = (Math.imul(seed, 31) + key.charCodeAt(i)) | 0;
  return (Number.parseInt(key.slice(17, 25), 16) ^ Number.parseInt(key.slice(58, 66), 16) ^ seed) >>> 0;
}
