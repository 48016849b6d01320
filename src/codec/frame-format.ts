/** What a frame consists of; see `frames.ts`. */
import { crc32 } from "node:zlib";
import { ProtocolError } from "../errors.ts";
import { unpack } from "./pack.ts";
import { Packed } from "./packed.ts";

export const PREFIX = 12;
export const MAGIC = 0x6c6468; // "hdl"
export const JSON_HEADER = 1;
export const CLONE_HEADER = 2;
export const SEALED = 0x40;
export const SUM = 4;
export const BYTES = 0;
export const UTF8 = 1;
export const UTF16 = 2;
export const CHANGED = "its bytes are not those that were sent";

export interface Prefix {
  readonly kind: number;
  readonly isSealed: boolean;
  /** The length of all behind the prefix. */
  readonly total: number;
  readonly headerLength: number;
}

/** @throws ProtocolError */
export function readPrefix(bytes: Uint8Array, limit: number, from: string): Prefix {
  const magic = numberAt(bytes, 0);
  const kind = (magic >>> 24) & ~SEALED;
  const [total, headerLength] = [numberAt(bytes, 4), numberAt(bytes, 8)];
  if ((magic & 0xffffff) !== MAGIC || kind < JSON_HEADER || kind > CLONE_HEADER) {
    const begin = asBuffer(bytes).toString("latin1", 0, PREFIX);
    throw damaged(from, `no frame begins with ${JSON.stringify(begin)}`);
  }
  if (total > limit) throw damaged(from, `a frame of ${total} bytes, where ${limit} are allowed`);
  if (headerLength === 0 || headerLength > total) {
    throw damaged(from, `a header of ${headerLength} bytes in a frame of ${total}`);
  }
  return { kind, isSealed: ((magic >>> 24) & SEALED) !== 0, total, headerLength };
}

/** @throws ProtocolError */
export function readHeader({ kind, isSealed, total }: Prefix, bytes: Uint8Array, from: string): OpenFrame {
  const packed =
    kind === JSON_HEADER ? new Packed("json", asBuffer(bytes).toString("utf8")) : new Packed("clone", bytes);
  const header = unpack(packed);
  if (!Array.isArray(header)) throw damaged(from, "the header of a frame is not a list");
  return new OpenFrame(header, total - bytes.byteLength - (isSealed ? SUM : 0), from);
}

/** A frame whose header is read, and whose raw buffers come. */
export class OpenFrame {
  readonly wire: unknown[];
  readonly #moved: readonly number[];
  #at = 0;

  /** @throws ProtocolError */
  constructor(header: readonly unknown[], rawLength: number, from: string) {
    const count = header[header.length - 1];
    const entries = header.length - 1 - 3 * Number(count);
    this.#moved = header.slice(entries, -1) as number[];
    this.wire = header.slice(0, Math.max(0, entries));
    let sum = 0;
    for (let i = 2; i < this.#moved.length; i += 3) sum += Number(this.#moved[i]);
    if (!Number.isInteger(count) || entries < 0 || !this.#moved.every(isSize) || sum !== rawLength) {
      throw damaged(from, "the parts of a frame do not add up to its length");
    }
  }

  /** How long the next raw buffer is; null when all are there. */
  next(): number | null {
    return this.#moved[this.#at + 2] ?? null;
  }

  /** Bytes are to own their ArrayBuffer. */
  take(bytes: Uint8Array): void {
    const [index, kind] = [this.#moved[this.#at]!, this.#moved[this.#at + 1]];
    if (kind === BYTES) this.wire[index] = bytes;
    else this.wire[index] = asBuffer(bytes).toString(kind === UTF8 ? "utf8" : "utf16le");
    this.#at += 3;
  }
}

function isSize(number: unknown): boolean {
  return Number.isSafeInteger(number) && (number as number) >= 0;
}

/** Of no bytes, the system's function would begin anew. */
export function added(sum: number, bytes: Uint8Array): number {
  return bytes.byteLength === 0 ? sum : crc32(bytes, sum);
}

export function numberAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function damaged(from: string, problem: string): Error {
  return new ProtocolError({ from, problem });
}
