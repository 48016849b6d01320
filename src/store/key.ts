/** Keys of calls as the index holds them: 48 bytes, a task's side by side. */
import type { CallKey } from "./entry.ts";

export const KEY_BYTES = 48;
/** Where the parts of a key's text begin, and where they end. */
const PARTS = [
  { from: 0, to: 16 },
  { from: 17, to: 57 },
  { from: 58, to: 98 },
] as const;
const TEXT_LENGTH = 98;

/** The value of each digit; what is none has bits that no digit has. */
const DIGITS = new Uint8Array(256).fill(0xff);
for (const [value, digit] of [..."0123456789abcdef"].entries()) DIGITS[digit.charCodeAt(0)] = value;

const text = Buffer.allocUnsafeSlow(TEXT_LENGTH);

/** The key that was asked for last, as text and as bytes: a call's key is looked up, written and put in a checksum. */
let loaded = "";
const bytes = Buffer.allocUnsafeSlow(KEY_BYTES);
const words = new Uint32Array(bytes.buffer);

/**
 * The bytes of a key, until the next one is asked for. Reading the text from bytes takes a third of the time that
 * reading its characters does: it is put together of pieces, and each character is looked for in them.
 *
 * @throws TypeError for a text that is no key: a wrong one must never meet the entry of another.
 */
export function bytesOf(key: CallKey): Buffer {
  if (key === loaded) return bytes;
  loaded = "";
  // As UTF-8, in which what is no digit takes no byte of one.
  const whole = key.length === TEXT_LENGTH && text.write(key) === TEXT_LENGTH;
  let [wrong, end] = [whole ? 0 : 0xff, 0];
  for (const { from, to } of PARTS) {
    wrong |= writePart(from, to, bytes, end);
    end += (to - from) >> 1;
  }
  if (wrong > 0xf) throw new TypeError(`not the key of a call: ${JSON.stringify(key)}`);
  loaded = key;
  return bytes;
}

/** Writes the bytes of a key behind `at`; gives where they end. */
export function writeKey(key: CallKey, target: Uint8Array, at: number): number {
  target.set(bytesOf(key), at);
  return at + KEY_BYTES;
}

/** Gives bits that no digit has if not all are digits. */
function writePart(from: number, to: number, target: Uint8Array, at: number): number {
  let wrong = 0;
  let end = at;
  for (let i = from; i < to; i += 2) {
    const high = DIGITS[text[i]!]!;
    const low = DIGITS[text[i + 1]!]!;
    wrong |= high | low;
    target[end++] = (high << 4) | low;
  }
  return wrong;
}

/** The bytes of a key, one a character: takes half the room, and hardly any time to read. */
export type ShortKey = string & { readonly [SHORT]: true };

declare const SHORT: unique symbol;

export function shortKey(from: Buffer, at: number): ShortKey {
  return from.toString("latin1", at, at + KEY_BYTES) as ShortKey;
}

/** The bytes of a key, as from `bytesOf`. */
export function bytesOfShort(key: ShortKey): Buffer {
  loaded = "";
  bytes.write(key, "latin1");
  return bytes;
}

/** The text of a key whose bytes begin at `at`. */
export function readKey(source: Buffer, at = 0): CallKey {
  const digits = source.toString("hex", at, at + KEY_BYTES);
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

/** A number that mixes in a record's checksum which key it belongs to: that whose bytes were asked for last. */
export function seedOfLast(): number {
  let seed = 0;
  for (let i = 0; i < words.length; i++) seed = Math.imul(seed ^ words[i]!, 0x9e3779b1);
  return seed >>> 0;
}

export function keySeed(key: CallKey): number {
  bytesOf(key);
  return seedOfLast();
}
