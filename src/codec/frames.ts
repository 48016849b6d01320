/**
 * Messages on a stream of bytes, for processes. A frame is
 * `"hdl" | kind | u32 length of what follows the header's length | u32 length of the header | header | raw buffers`,
 * numbers little-endian. The header is the flat message; long texts and all bytes are moved out of it into the raw
 * buffers, so that a packed value on its way through is never looked into. Where others may lay hands on the bytes, a
 * frame is sealed: its kind has a flag, and at its end is a checksum of all of it.
 */
import { crc32 } from "node:zlib";
import { ProtocolError } from "../errors.ts";
import {
  added,
  BYTES,
  CHANGED,
  CLONE_HEADER,
  damaged,
  JSON_HEADER,
  MAGIC,
  numberAt,
  type OpenFrame,
  PREFIX,
  type Prefix,
  readHeader,
  readPrefix,
  SEALED,
  SUM,
  UTF8,
  UTF16,
} from "./frame-format.ts";
import { pack } from "./pack.ts";
import type { Packed } from "./packed.ts";

/** Longer texts are not escaped a second time. */
const LONG = 512;
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
  #prefix: Prefix | null = null;
  #sum = 0;
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
      if (numberAt(bytes, 0) !== this.#sum) throw damaged(this.#from, CHANGED);
      this.#end(onMessage);
      return;
    }
    if (this.#stage === "prefix") {
      this.#prefix = readPrefix(bytes, this.#limit, this.#from);
      this.#sum = this.#prefix.isSealed ? crc32(bytes) : 0;
      this.#stage = "header";
      this.#target = target(this.#prefix.headerLength);
      return;
    }
    const { isSealed } = this.#prefix!;
    if (isSealed) this.#sum = added(this.#sum, bytes);
    if (this.#stage === "header") this.#frame = readHeader(this.#prefix!, bytes, this.#from);
    else this.#frame!.take(bytes);
    const next = this.#frame!.next();
    if (next !== null) {
      this.#stage = "raw";
      this.#target = target(next);
    } else if (isSealed) {
      this.#stage = "sum";
      this.#target = target(SUM);
    } else this.#end(onMessage);
  }

  #end(onMessage: (wire: unknown[]) => void): void {
    const { wire } = this.#frame!;
    this.#stage = "prefix";
    this.#target = target(PREFIX);
    this.#frame = null;
    onMessage(wire);
  }
}

function target(length: number): Target {
  return { bytes: new Uint8Array(new ArrayBuffer(length)), filled: 0 };
}

// UTF-8 would lose half a surrogate pair.
function isWellFormed(entry: string): boolean {
  return !/\p{Surrogate}/u.test(entry);
}
