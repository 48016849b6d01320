import { crc32 } from "node:zlib";
import { CHANGED, damaged, numberAt, PREFIX, readHeader, readPrefix, SUM } from "./frame-format.ts";

/**
 * The message in bytes that are one frame, all of it.
 *
 * @param from Who wrote it, for errors.
 * @throws ProtocolError
 */
export function readFrame(bytes: Uint8Array, from: string): unknown[] {
  if (bytes.byteLength < PREFIX) throw damaged(from, `${bytes.byteLength} bytes are no whole message`);
  const prefix = readPrefix(bytes, bytes.byteLength, from);
  const end = PREFIX + prefix.total;
  if (end !== bytes.byteLength) throw damaged(from, `${bytes.byteLength} bytes, where the message has ${end}`);
  const rest = end - SUM;
  if (prefix.isSealed && crc32(bytes.subarray(0, rest)) !== numberAt(bytes, rest)) throw damaged(from, CHANGED);
  let at = PREFIX + prefix.headerLength;
  const frame = readHeader(prefix, owned(bytes, PREFIX, at), from);
  for (let next = frame.next(); next !== null; next = frame.next()) {
    frame.take(owned(bytes, at, at + next));
    at += next;
  }
  return frame.wire;
}

/** With an ArrayBuffer of its own, of exact size, whatever the bytes are a part of. */
function owned(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const copy = new Uint8Array(to - from);
  copy.set(bytes.subarray(from, to));
  return copy;
}
