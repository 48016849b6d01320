/**
 * How records lie in their file: columns of numbers, then all texts in one block. Texts and files are numbered, so that
 * most comparisons are of numbers, and nothing is made into objects until somebody asks.
 */
import { crc32 } from "node:zlib";

const MAGIC = 0x54445248;
const VERSION = 1;

/** How many there are of each. */
export interface Counts {
  readonly texts: number;
  readonly files: number;
  readonly targets: number;
  readonly readings: number;
  readonly makings: number;
}

export interface Columns {
  readonly counts: Counts;
  /** Where each text ends, counted in characters. */
  readonly textEnd: Uint32Array;
  /** Of files: size, times and inode for which the digest holds; NaN where it is not known to hold. */
  readonly fileStat: Float64Array;
  readonly filePath: Uint32Array;
  readonly fileDigest: Uint32Array;
  /** Of targets: milliseconds, and when. */
  readonly targetTime: Float64Array;
  /** Of targets, side by side, the texts of `TARGET`, and where its readings and makings end. */
  readonly target: Uint32Array;
  /** Side by side: at, 1 + file or 0, mark. */
  readonly reading: Uint32Array;
  /** Side by side: at, file, digest. */
  readonly making: Uint32Array;
  readonly makingSize: Float64Array;
  readonly text: string;
}

/** What stands side by side of a target. */
export const TARGET = { identity: 0, name: 1, code: 2, run: 3, more: 4, readsEnd: 5, makesEnd: 6, width: 7 } as const;
export const STAT = 4;

const HEADER = 40;

interface Section {
  readonly key: Exclude<keyof Columns, "counts" | "text">;
  readonly kind: "u32" | "f64";
  readonly length: (counts: Counts) => number;
}

/** Numbers of eight bytes come first, so that all are aligned. */
const SECTIONS: readonly Section[] = [
  { key: "fileStat", kind: "f64", length: counts => counts.files * STAT },
  { key: "targetTime", kind: "f64", length: counts => counts.targets * 2 },
  { key: "makingSize", kind: "f64", length: counts => counts.makings },
  { key: "textEnd", kind: "u32", length: counts => counts.texts },
  { key: "filePath", kind: "u32", length: counts => counts.files },
  { key: "fileDigest", kind: "u32", length: counts => counts.files },
  { key: "target", kind: "u32", length: counts => counts.targets * TARGET.width },
  { key: "reading", kind: "u32", length: counts => counts.readings * 3 },
  { key: "making", kind: "u32", length: counts => counts.makings * 3 },
];

export function toBytes(columns: Columns): Buffer {
  const { counts, text } = columns;
  const numbers = SECTIONS.map(({ key }) => columns[key]);
  const textBytes = Buffer.from(text, "utf8");
  const length = numbers.reduce((sum, each) => sum + each.byteLength, HEADER) + textBytes.length;
  const bytes = Buffer.alloc(length);
  let at = HEADER;
  for (const each of numbers) {
    bytes.set(new Uint8Array(each.buffer, each.byteOffset, each.byteLength), at);
    at += each.byteLength;
  }
  bytes.set(textBytes, at);
  const { texts, files, targets, readings, makings } = counts;
  for (const [place, number] of [
    MAGIC,
    VERSION,
    texts,
    files,
    targets,
    readings,
    makings,
    textBytes.length,
  ].entries()) {
    bytes.writeUInt32LE(number, place * 4);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER)), HEADER - 4);
  return bytes;
}

/** Null for what is no such file, is of another version, or is damaged. */
export function fromBytes(bytes: Uint8Array): Columns | null {
  if (bytes.byteLength < HEADER) return null;
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const header = new Uint32Array(aligned.buffer, aligned.byteOffset, HEADER / 4);
  const [magic, version, texts, files, targets, readings, makings, textLength, , sum] = [...header] as number[];
  if (magic !== MAGIC || version !== VERSION) return null;
  const counts = { texts: texts!, files: files!, targets: targets!, readings: readings!, makings: makings! };
  const sizes = SECTIONS.map(({ kind, length }) => length(counts) * (kind === "f64" ? 8 : 4));
  if (sizes.reduce((all, size) => all + size, HEADER) + textLength! !== aligned.byteLength) return null;
  if (crc32(aligned.subarray(HEADER)) !== sum) return null;
  const columns: Partial<Record<Section["key"], Uint32Array | Float64Array>> = {};
  let at = aligned.byteOffset + HEADER;
  for (const [place, { key, kind, length }] of SECTIONS.entries()) {
    const List = kind === "f64" ? Float64Array : Uint32Array;
    columns[key] = new List(aligned.buffer as ArrayBuffer, at, length(counts));
    at += sizes[place]!;
  }
  const text = Buffer.from(aligned.buffer, at, textLength!).toString("utf8");
  return { counts, text, ...(columns as Omit<Columns, "counts" | "text">) };
}

export const EMPTY: Columns = {
  counts: { texts: 0, files: 0, targets: 0, readings: 0, makings: 0 },
  textEnd: new Uint32Array(),
  fileStat: new Float64Array(),
  filePath: new Uint32Array(),
  fileDigest: new Uint32Array(),
  targetTime: new Float64Array(),
  target: new Uint32Array(),
  reading: new Uint32Array(),
  making: new Uint32Array(),
  makingSize: new Float64Array(),
  text: "",
};
