/** Entries as records of the index, and back. A hit reads one, so both are written by hand. */
import type { Digest } from "../codec/digest.ts";
import { DamagedEntryError } from "../errors.ts";
import type {
  BlobRef,
  CallKey,
  ChildRef,
  DirectoryFact,
  Entry,
  EntryFacts,
  FileFact,
  Hit,
  KeptValue,
} from "./entry.ts";
import { keySeed } from "./key.ts";
import { HEAD, seal, unsealed } from "./sealed.ts";
import { type Flat, KIND, readFlat, TAGS, writeFlat } from "./values.ts";

/**
 * Behind the head: when, how long, the result's digest, three texts with their lengths, where the entry has children,
 * files or a directory these as JSON with its length, and then the value.
 */
const CREATED = HEAD;
const TOOK = HEAD + 8;
const RESULT = HEAD + 16;
const DIGEST = 32;
const TEXTS = RESULT + DIGEST;
/** A blob's digest, its sizes, and its tag. */
const BLOB = DIGEST + 8 + 8 + 1;
const HAS_MORE = 1;
const LONGEST_TEXT = 0xffff;

interface More {
  readonly children?: readonly ChildRef[];
  readonly files?: readonly FileFact[];
  readonly directory?: DirectoryFact;
}

export type Kept = { readonly flat: Flat } | { readonly blob: BlobRef };

/** @throws TypeError for facts that cannot be kept, such as a digest that is none. */
export function encodeEntry(facts: EntryFacts, kept: Kept): Buffer {
  const more = moreOf(facts);
  const moreSize = more === "" ? 0 : 4 + Buffer.byteLength(more);
  const valueSize = "flat" in kept ? kept.flat.size : BLOB;
  const texts = [facts.identity, facts.run, facts.call];
  let most = TEXTS + moreSize + valueSize;
  for (const text of texts) most += 2 + 3 * text.length;
  const record = Buffer.allocUnsafe(most);
  record.writeDoubleLE(facts.createdAt, CREATED);
  record.writeDoubleLE(facts.ms, TOOK);
  writeDigest(record, facts.result, RESULT);
  let at = TEXTS;
  for (const text of texts) at = writeText(record, text, at);
  if (more !== "") {
    record.writeUInt32LE(moreSize - 4, at);
    record.write(more, at + 4);
    at += moreSize;
  }
  const kind = "flat" in kept ? kept.flat.kind : KIND.blob;
  if ("flat" in kept) writeFlat(kept.flat, record, at);
  else writeBlob(record, kept.blob, at);
  return seal(record.subarray(0, at + valueSize), kind, more === "" ? 0 : HAS_MORE, keySeed(facts.key));
}

function moreOf({ children, files, directory }: EntryFacts): string {
  if (children === undefined && files === undefined && directory === undefined) return "";
  return JSON.stringify({ children, files, directory });
}

function writeDigest(record: Buffer, digest: Digest, at: number): void {
  if (record.write(digest, at, DIGEST, "hex") !== DIGEST) throw new TypeError(`not a digest: ${digest}`);
}

function writeText(record: Buffer, text: string, at: number): number {
  const size = record.write(text, at + 2);
  if (size > LONGEST_TEXT) throw new TypeError(`a name of ${size} bytes is longer than an entry can keep`);
  record.writeUInt16LE(size, at);
  return at + 2 + size;
}

function writeBlob(record: Buffer, { tag, digest, size, stored }: BlobRef, at: number): void {
  writeDigest(record, digest, at);
  record.writeDoubleLE(size, at + DIGEST);
  record.writeDoubleLE(stored, at + DIGEST + 8);
  record[at + DIGEST + 16] = TAGS.indexOf(tag);
}

/**
 * The entry that a record holds. Nothing of it points into `record`, which the next read overwrites.
 *
 * @throws DamagedEntryError
 */
export function decodeEntry(key: CallKey, record: Buffer, length: number): Entry {
  const hit = decodeHit(key, record, length);
  const identityEnd = textEnd(record, TEXTS);
  const runEnd = textEnd(record, identityEnd);
  return {
    ...hit,
    identity: record.toString("utf8", TEXTS + 2, identityEnd),
    ms: record.readDoubleLE(TOOK),
    run: record.toString("utf8", identityEnd + 2, runEnd),
    call: record.toString("utf8", runEnd + 2, textEnd(record, runEnd)),
  };
}

/**
 * The same without the names in it, which take as long to read as all the rest.
 *
 * @throws DamagedEntryError
 */
export function decodeHit(key: CallKey, record: Buffer, length: number): Hit {
  const problem = unsealed(record, length, keySeed(key));
  if (problem !== null) throw new DamagedEntryError({ key, problem });
  const moreAt = textEnd(record, textEnd(record, textEnd(record, TEXTS)));
  const bare = record[2] !== HAS_MORE;
  const valueAt = bare ? moreAt : moreAt + 4 + record.readUInt32LE(moreAt);
  const hit = {
    key,
    result: record.toString("hex", RESULT, RESULT + DIGEST) as Digest,
    createdAt: record.readDoubleLE(CREATED),
    value: valueAfter(key, record, valueAt, length),
  };
  return bare ? hit : { ...hit, ...(JSON.parse(record.toString("utf8", moreAt + 4, valueAt)) as More) };
}

function textEnd(record: Buffer, at: number): number {
  return at + 2 + record.readUInt16LE(at);
}

function valueAfter(key: CallKey, record: Buffer, from: number, to: number): KeptValue {
  const kind = record[1]!;
  if (kind === KIND.blob) return { blob: blobAt(record, from) };
  const { value, ok } = readFlat(kind, record, from, to);
  if (!ok) throw new DamagedEntryError({ key, problem: "its record holds a value of a kind that is not known" });
  return { inline: value };
}

function blobAt(record: Buffer, at: number): BlobRef {
  return {
    tag: TAGS[record[at + DIGEST + 16]!] ?? "json",
    digest: record.toString("hex", at, at + DIGEST) as Digest,
    size: record.readDoubleLE(at + DIGEST),
    stored: record.readDoubleLE(at + DIGEST + 8),
  };
}

/** When the call of a record completed, without reading the rest. */
export function createdAt(record: Buffer, length: number): number {
  const time = length >= TEXTS ? record.readDoubleLE(CREATED) : 0;
  return Number.isFinite(time) ? time : 0;
}
