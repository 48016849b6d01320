/**
 * Messages on a stream of bytes, for processes. A frame is
 * `"hdl" | kind | u32 length of what follows the header's length | u32 length of the header | header | raw buffers`,
 * numbers little-endian. The header is the flat message; long texts and all bytes are moved out of it into the raw
 * buffers, so that a packed value on its way through is never looked into. Where others may lay hands on the bytes, a
 * frame is sealed: its kind has a flag, and at its end is a checksum of all of it.
 */
import { crc32 } from "node:zlib";
import { ProtocolError } from "../errors.ts";
import { pack, unpack } from "./pack.ts";
import { Packed } from "./packed.ts";

const PREFIX = 12;
const MAGIC = 0x6c6468; // "hdl"
const JSON_HEADER = 1;
const CLONE_HEADER = 2;
const SEALED = 0x40;
const SUM = 4;
/** Longer texts are not escaped a second time. */
const LONG = 512;
const BYTES = 0;
const UTF8 = 1;
const UTF16 = 2;
const CHANGED = "its bytes are not those that were sent";
const SUBJECT = { task: "a message", role: "result" } as const;

/** The pieces of a frame, to be written in this order. The message's bytes are not copied. */
export function encodeFrame(wire: readonly unknown[]): Uint8Array[] {
  return frameOf(wire, false);
}

/** The same with a checksum, for channels that go through what is not heddle's own. */
export function sealedFrame(wire: readonly unknown[]): Uint8Array[] {
  return frameOf(wire, true);
}

function frameOf(wire: readonly unknown[], sealed: boolean): Uint8Array[] {
  // The header: entries, then for each moved one its index, kind and length, then how many there are.
  const header: unknown[] = [...wire];
  const raw: Uint8Array[] = [];
  const moved: number[] = [];
  let rawLength = 0;
  for (let i = 0; i < wire.length; i++) {
    const entry = wire[i];
    let bytes: Uint8Array;
    let kind = BYTES;
    if (typeof entry === "string" && entry.length > LONG) {
      kind = isWellFormed(entry) ? UTF8 : UTF16;
      bytes = Buffer.from(entry, kind === UTF8 ? "utf8" : "utf16le");
    } else if (entry instanceof Uint8Array) bytes = entry;
    else continue;
    header[i] = 0;
    moved.push(i, kind, bytes.byteLength);
    rawLength += bytes.byteLength;
    raw.push(bytes);
  }
  for (const number of moved) header.push(number);
  header.push(raw.length);
  const packed = pack(header, SUBJECT) as Packed;
  const isText = typeof packed.data === "string";
  const headerLength = typeof packed.data === "string" ? Buffer.byteLength(packed.data) : packed.data.byteLength;
  const total = headerLength + rawLength + (sealed ? SUM : 0);
  if (total > 0xffffffff) throw damaged("this process", `a message of ${total} bytes is longer than a frame can be`);
  const first = Buffer.allocUnsafe(PREFIX + headerLength);
  const kind = (isText ? JSON_HEADER : CLONE_HEADER) | (sealed ? SEALED : 0);
  first.writeUInt32LE(MAGIC | (kind << 24), 0);
  first.writeUInt32LE(total, 4);
  first.writeUInt32LE(headerLength, 8);
  if (typeof packed.data === "string") first.write(packed.data, PREFIX);
  else first.set(packed.data, PREFIX);
  return sealed ? [first, ...raw, sumOf([first, ...raw])] : [first, ...raw];
}

function sumOf(parts: readonly Uint8Array[]): Uint8Array {
  const sum = Buffer.alloc(SUM);
  sum.writeUInt32LE(parts.reduce(added, 0));
  return sum;
}

/** Of no bytes, the system's function would begin anew. */
function added(sum: number, bytes: Uint8Array): number {
  return bytes.byteLength === 0 ? sum : crc32(bytes, sum);
}

export interface FrameReaderOptions {
  /** Who writes, for messages. */
  readonly from?: string;
  /** The longest frame that is believed, in bytes. */
  readonly limit?: number;
}

/** A part of a frame that is being filled. */
interface Target {
  readonly bytes: Uint8Array;
  filled: number;
}

/** Takes a stream of frames apart. Every byte is copied once at most, into buffers of exact size. */
export class FrameReader {
  readonly #from: string;
  readonly #limit: number;
  #target: Target = target(PREFIX);
  #stage: "prefix" | "header" | "raw" | "sum" = "prefix";
  #kind = 0;
  #sealed = false;
  #sum = 0;
  #total = 0;
  #frame: OpenFrame | null = null;
  #broken: Error | null = null;

  constructor({ from = "the other process", limit = 0xffffffff }: FrameReaderOptions = {}) {
    this.#from = from;
    this.#limit = limit;
  }

  /**
   * Takes the next bytes of the stream and hands out the messages that they complete.
   *
   * @throws ProtocolError if they are no frame; there is no going on after that.
   */
  push(chunk: Uint8Array, onMessage: (wire: unknown[]) => void): void {
    if (this.#broken !== null) throw this.#broken;
    try {
      let at = 0;
      while (at < chunk.byteLength) {
        const part = this.#target;
        const count = Math.min(part.bytes.byteLength - part.filled, chunk.byteLength - at);
        part.bytes.set(chunk.subarray(at, at + count), part.filled);
        part.filled += count;
        at += count;
        while (this.#target.filled === this.#target.bytes.byteLength) this.#advance(onMessage);
      }
    } catch (error) {
      if (error instanceof ProtocolError) this.#broken = error;
      throw error;
    }
  }

  #advance(onMessage: (wire: unknown[]) => void): void {
    const { bytes } = this.#target;
    if (this.#stage === "sum") {
      if (new DataView(bytes.buffer).getUint32(0, true) !== this.#sum) throw damaged(this.#from, CHANGED);
      this.#end(onMessage);
      return;
    }
    if (this.#stage === "prefix") {
      this.#readPrefix(bytes);
      return;
    }
    if (this.#sealed) this.#sum = added(this.#sum, bytes);
    if (this.#stage === "header") this.#frame = this.#open(bytes);
    else this.#frame!.take(bytes);
    const frame = this.#frame!;
    if (!frame.ok) throw damaged(this.#from, "the parts of a frame do not add up to its length");
    const next = frame.next();
    if (next !== null) {
      this.#stage = "raw";
      this.#target = target(next);
      return;
    }
    if (this.#sealed) {
      this.#stage = "sum";
      this.#target = target(SUM);
    } else this.#end(onMessage);
  }

  #open(header: Uint8Array): OpenFrame {
    return new OpenFrame(this.#readHeader(header), this.#total - header.byteLength - (this.#sealed ? SUM : 0));
  }

  #end(onMessage: (wire: unknown[]) => void): void {
    const { wire } = this.#frame!;
    this.#stage = "prefix";
    this.#target = target(PREFIX);
    this.#frame = null;
    onMessage(wire);
  }

  #readPrefix(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, PREFIX);
    const magic = view.getUint32(0, true);
    this.#kind = (magic >>> 24) & ~SEALED;
    this.#sealed = ((magic >>> 24) & SEALED) !== 0;
    this.#sum = this.#sealed ? crc32(bytes) : 0;
    this.#total = view.getUint32(4, true);
    const headerLength = view.getUint32(8, true);
    if ((magic & 0xffffff) !== MAGIC || this.#kind < JSON_HEADER || this.#kind > CLONE_HEADER) {
      throw damaged(this.#from, `no frame begins with ${JSON.stringify(Buffer.from(bytes).toString("latin1"))}`);
    }
    if (this.#total > this.#limit) {
      throw damaged(this.#from, `a frame of ${this.#total} bytes, where ${this.#limit} are allowed`);
    }
    if (headerLength === 0 || headerLength > this.#total) {
      throw damaged(this.#from, `a header of ${headerLength} bytes in a frame of ${this.#total}`);
    }
    this.#stage = "header";
    this.#target = target(headerLength);
  }

  #readHeader(bytes: Uint8Array): unknown[] {
    const packed = this.#kind === JSON_HEADER ? new Packed("json", text(bytes)) : new Packed("clone", bytes);
    const header = unpack(packed);
    if (!Array.isArray(header)) throw damaged(this.#from, "the header of a frame is not a list");
    return header as unknown[];
  }
}

/** A frame whose header is read, and whose raw buffers come. */
class OpenFrame {
  readonly wire: unknown[];
  readonly ok: boolean;
  readonly #moved: readonly number[];
  #at = 0;

  constructor(header: unknown[], rawLength: number) {
    const count = header[header.length - 1];
    const entries = header.length - 1 - 3 * Number(count);
    this.#moved = header.slice(entries, -1) as number[];
    this.wire = header.slice(0, Math.max(0, entries));
    let sum = 0;
    for (let i = 2; i < this.#moved.length; i += 3) sum += Number(this.#moved[i]);
    this.ok = Number.isInteger(count) && entries >= 0 && this.#moved.every(isSize) && sum === rawLength;
  }

  /** How long the next raw buffer is; null when all are there. */
  next(): number | null {
    return this.#moved[this.#at + 2] ?? null;
  }

  take(bytes: Uint8Array): void {
    const [index, kind] = this.#moved.slice(this.#at, this.#at + 2) as [number, number];
    if (kind === BYTES) this.wire[index] = bytes;
    else this.wire[index] = Buffer.from(bytes.buffer).toString(kind === UTF8 ? "utf8" : "utf16le");
    this.#at += 3;
  }
}

function target(length: number): Target {
  return { bytes: new Uint8Array(new ArrayBuffer(length)), filled: 0 };
}

// UTF-8 would lose half a surrogate pair.
function isWellFormed(entry: string): boolean {
  return !/\p{Surrogate}/u.test(entry);
}

function isSize(number: unknown): boolean {
  return Number.isSafeInteger(number) && (number as number) >= 0;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function damaged(from: string, problem: string): Error {
  return new ProtocolError({ from, problem });
}
