/**
 * Records of the index. Each begins with eight bytes: the form of records, two that the kind of record uses, a zero,
 * and a CRC-32 of all the rest, so that what a disk or a crash has damaged is never taken for a value.
 */
import { crc32 } from "node:zlib";

export const HEAD = 8;
const FORM = 1;

/** Fills in the head of a record of which everything behind the head is there. */
export function seal(record: Buffer, kind: number, bits: number, seed: number): Buffer {
  record[0] = FORM;
  record[1] = kind;
  record[2] = bits;
  record[3] = 0;
  record.writeUInt32LE(checksum(record, record.length, seed), 4);
  return record;
}

/** What is wrong with a record, in words; null if nothing is. */
export function unsealed(record: Buffer, length: number, seed: number): string | null {
  if (length < HEAD) return "its record is cut off";
  if (record[0] !== FORM) return "its record has no form that is known";
  return record.readUInt32LE(4) === checksum(record, length, seed) ? null : "its record has a wrong checksum";
}

function checksum(record: Buffer, length: number, seed: number): number {
  return crc32(record.subarray(HEAD, length), (seed ^ record.readUInt32LE(0)) >>> 0);
}

/** A record of plain data, as JSON. */
export function sealJson(value: unknown, seed: number): Buffer {
  const text = JSON.stringify(value) ?? "null";
  const record = Buffer.allocUnsafe(HEAD + Buffer.byteLength(text));
  record.write(text, HEAD);
  return seal(record, 0, 0, seed);
}

/** What `sealJson` was given; undefined for a record that is damaged. */
export function unsealJson(record: Buffer, seed: number): unknown {
  if (unsealed(record, record.length, seed) !== null) return undefined;
  try {
    return JSON.parse(record.toString("utf8", HEAD, record.length)) as unknown;
  } catch {
    return undefined;
  }
}

/** A number that mixes in a checksum which text a record belongs to. */
export function textSeed(text: string): number {
  let seed = text.length;
  for (let i = 0; i < text.length; i++) seed = (Math.imul(seed, 31) + text.charCodeAt(i)) | 0;
  return seed >>> 0;
}
