/**
 * A packed value on disk and back: a header that says how long the parts are, the bytes, then its large arrays, which
 * are written from the segments they are in and read into others, without a copy between.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { Large } from "../../codec/large.ts";
import { Packed, type PackedTag } from "../../codec/packed.ts";
import { lent } from "../../workers/lent.ts";

interface Header {
  readonly tag: PackedTag;
  readonly length: number;
  /** Where in the bytes each large array is missing, and its length. */
  readonly large: readonly (readonly [at: number, length: number])[] | null;
}

const PREFIX = 4;

/** Writes all of it, or leaves nothing behind. */
export async function writeSpill(path: string, { tag, data, large }: Packed): Promise<void> {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  const parts = large === null ? null : large.map(({ at, length }) => [at, length] as const);
  const header = Buffer.from(JSON.stringify({ tag, length: bytes.byteLength, large: parts } satisfies Header));
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32LE(header.byteLength);
  const file = await open(path, "wx");
  try {
    for (const piece of [prefix, header, bytes]) await writeAll(file, piece);
    for (const part of large ?? []) await writeAll(file, part.bytes);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(path, { force: true }).catch(() => {});
    throw error;
  }
  await file.close();
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.byteLength; ) {
    const { bytesWritten } = await file.write(piece, at, piece.byteLength - at);
    at += bytesWritten;
  }
}

/** Reads what `writeSpill` wrote. */
export async function readSpill(path: string): Promise<Packed> {
  const file = await open(path, "r");
  try {
    const steps = reading((await file.stat()).size);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value;
      const into = step.value;
      for (let at = 0; at < into.byteLength; ) {
        const { bytesRead } = await file.read(into, at, into.byteLength - at);
        at += some(bytesRead);
      }
    }
  } finally {
    await file.close();
  }
}

/** The same at once, for who cannot wait. */
export function readSpillSync(path: string): Packed {
  const file = openSync(path, "r");
  try {
    const steps = reading(fstatSync(file).size);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value;
      const into = step.value;
      for (let at = 0; at < into.byteLength; ) at += some(readSync(file, into, at, into.byteLength - at, null));
    }
  } finally {
    closeSync(file);
  }
}

/** Gives what is to be filled next, and in the end the value. */
function* reading(size: number): Generator<Uint8Array, Packed, void> {
  const prefix = Buffer.alloc(PREFIX);
  yield prefix;
  const length = prefix.readUInt32LE();
  const text = Buffer.alloc(length > size ? some(0) : length);
  yield text;
  const header = JSON.parse(text.toString()) as Header;
  const bytes = new Uint8Array(header.length);
  yield bytes;
  const large = header.large?.map(([at, bytes]) => new Large(lent.segments.take(bytes), 0, bytes, at, false)) ?? null;
  for (const part of large ?? []) yield part.bytes;
  const data = header.tag === "json" ? Buffer.from(bytes.buffer).toString() : bytes;
  return lent.hold(new Packed(header.tag, data, large));
}

function some(count: number): number {
  if (count === 0) throw new Error("the file is shorter than it was");
  return count;
}
