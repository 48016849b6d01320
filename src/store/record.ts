/** Entries as records of the index, and back. A hit reads one, so both are written by hand. */
import type { Digest } from "../codec/digest.ts";
import { DamagedEntryError } from "../errors.ts";
import { aboutOf, type Told } from "./about-record.ts";
import { Arena } from "./arena.ts";
import { Children, encodeChildren } from "./children.ts";
import type {
  About,
  BlobRef,
  CallKey,
  DirectoryFact,
  Entry,
  EntryFacts,
  FileFact,
  Hit,
  KeptValue,
  Standing,
} from "./entry.ts";
import { keySeed, seedOfLast } from "./key.ts";
import { mostForNames, writeNames } from "./names.ts";
import { HEAD, seal, unsealed } from "./sealed.ts";
import { type Flat, flatten, KIND, readFlat, TAGS, writeFlat } from "./values.ts";

/**
 * Behind the head: when, how long, who wrote it, and where the parts behind begin. These are the names, and what explains
 * the key, as JSON; the calls that a flow made; files and a directory as JSON; the inputs with their kind; the result's
 * digest; and the value, which goes to the end. A part that is not there takes no room.
 */
const CREATED = HEAD;
const TOOK = HEAD + 8;
const WRITER = HEAD + 16;
const DIGEST = 32;
const CHILDREN_AT = WRITER + 8;
const MORE_AT = CHILDREN_AT + 4;
const INPUTS_AT = CHILDREN_AT + 8;
const VALUE_AT = CHILDREN_AT + 12;
const NAMES = CHILDREN_AT + 16;
/** A blob's digest, its sizes, and its tag. */
const BLOB = DIGEST + 8 + 8 + 1;
/** Bytes that a character takes at most, as UTF-8. */
const WIDEST = 3;
const HAS_RESULT = 1;

interface More {
  readonly files?: readonly FileFact[];
  readonly directory?: DirectoryFact;
}

export type Kept = { readonly flat: Flat } | { readonly blob: BlobRef };

const arena = new Arena();

/**
 * @param about what explains its key, if it is to be kept in the entry itself.
 * @param writer stands for this process, if it uses the entry from the beginning.
 * @throws TypeError for facts that cannot be kept, such as a digest that is none.
 */
export function encodeEntry(facts: EntryFacts, kept: Kept, about: About | null = null, writer = 0): Buffer {
  const children = facts.children === undefined ? null : encodeChildren(facts.children);
  const more = moreOf(facts);
  const inputs = about?.inputs === undefined ? null : flatten(about.inputs);
  const valueSize = "flat" in kept ? kept.flat.size : BLOB;
  let most = NAMES + mostForNames(facts, about) + WIDEST * more.length + DIGEST + valueSize;
  if (children !== null) most += children.length;
  if (inputs !== null) most += 1 + inputs.size;
  const bytes = arena.reserve(most);
  const start = arena.start;
  bytes.writeDoubleLE(facts.createdAt, start + CREATED);
  bytes.writeDoubleLE(facts.ms, start + TOOK);
  bytes.writeDoubleLE(writer, start + WRITER);
  let at = writeNames(facts, about, bytes, start + NAMES);
  bytes.writeUInt32LE(at - start, start + CHILDREN_AT);
  if (children !== null) {
    bytes.set(children, at);
    at += children.length;
  }
  bytes.writeUInt32LE(at - start, start + MORE_AT);
  if (more !== "") at += bytes.write(more, at);
  bytes.writeUInt32LE(at - start, start + INPUTS_AT);
  if (inputs !== null) {
    bytes[at] = inputs.kind;
    writeFlat(inputs, bytes, at + 1);
    at += 1 + inputs.size;
  }
  if (facts.result !== null) {
    writeDigest(bytes, facts.result, at);
    at += DIGEST;
  }
  bytes.writeUInt32LE(at - start, start + VALUE_AT);
  if ("flat" in kept) writeFlat(kept.flat, bytes, at);
  else writeBlob(bytes, kept.blob, at);
  const record = arena.take(at + valueSize - start);
  const kind = "flat" in kept ? kept.flat.kind : KIND.blob;
  return seal(record, kind, facts.result === null ? 0 : HAS_RESULT, keySeed(facts.key));
}

function moreOf({ files, directory }: EntryFacts): string {
  return files === undefined && directory === undefined ? "" : JSON.stringify({ files, directory });
}

function writeDigest(record: Buffer, digest: Digest, at: number): void {
  if (record.write(digest, at, DIGEST, "hex") !== DIGEST) throw new TypeError(`not a digest: ${digest}`);
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
  const { calls, ...hit } = decodeHit(key, record, length);
  const [identity, run, call] = textsOf(record);
  return {
    ...hit,
    result: resultIn(record),
    ...(calls && { children: calls.refs() }),
    identity,
    ms: record.readDoubleLE(TOOK),
    run,
    call,
  };
}

function textsOf(record: Buffer): [identity: string, run: string, call: string, ...Told] {
  return JSON.parse(record.toString("utf8", NAMES, record.readUInt32LE(CHILDREN_AT)));
}

function resultIn(record: Buffer): Digest | null {
  if (record[2] !== HAS_RESULT) return null;
  const to = record.readUInt32LE(VALUE_AT);
  return record.toString("hex", to - DIGEST, to) as Digest;
}

/** What explains the key of an entry, if that is kept in it; undefined also for a record that is damaged. */
export function aboutIn(key: CallKey, record: Buffer): About | undefined {
  if (unsealed(record, record.length, keySeed(key)) !== null) return undefined;
  const [, , , ...told] = textsOf(record);
  const from = record.readUInt32LE(INPUTS_AT);
  const to = record.readUInt32LE(VALUE_AT) - (record[2] === HAS_RESULT ? DIGEST : 0);
  return aboutOf(told, from === to ? undefined : readFlat(record[from]!, record, from + 1, to));
}

/**
 * The same as `decodeEntry` without the names in it, which take as long to read as all the rest.
 *
 * @throws DamagedEntryError
 */
export function decodeHit(key: CallKey, record: Buffer, length: number): Hit {
  const problem = unsealed(record, length, keySeed(key));
  if (problem !== null) throw new DamagedEntryError({ key, problem });
  const valueAt = record.readUInt32LE(VALUE_AT);
  const value = valueAfter(key, record, valueAt, length);
  const hit: Hit = { key, result: null, createdAt: record.readDoubleLE(CREATED), value, calls: callsIn(record) };
  const more = moreIn(record);
  if (more === null && record[1] !== KIND.blob) return hit;
  return { ...hit, ...more, result: resultIn(record) };
}

function callsIn(record: Buffer): Children | null {
  const [from, to] = [record.readUInt32LE(CHILDREN_AT), record.readUInt32LE(MORE_AT)];
  return from === to ? null : new Children(Buffer.from(record.subarray(from, to)));
}

function moreIn(record: Buffer): More | null {
  const [from, to] = [record.readUInt32LE(MORE_AT), record.readUInt32LE(INPUTS_AT)];
  return from === to ? null : (JSON.parse(record.toString("utf8", from, to)) as More);
}

function valueAfter(key: CallKey, record: Buffer, from: number, to: number): KeptValue {
  const kind = record[1]!;
  if (kind === KIND.number && to - from === 8) return { inline: record.readDoubleLE(from) };
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

const NOT_READ: KeptValue = { inline: undefined };

/**
 * Whether the entry of the key whose bytes were asked for last holds, as far as its record tells.
 *
 * @throws DamagedEntryError
 */
export function decodeStanding(record: Buffer, length: number): Standing {
  const problem = unsealed(record, length, seedOfLast());
  if (problem !== null) throw new DamagedEntryError({ key: "", problem });
  const blob = record[1] === KIND.blob;
  const standing = {
    createdAt: record.readDoubleLE(CREATED),
    value: blob ? { blob: blobAt(record, record.readUInt32LE(VALUE_AT)) } : NOT_READ,
    calls: callsIn(record),
  };
  const more = moreIn(record);
  return more === null ? standing : { ...standing, ...more };
}

/** Who wrote a record; 0 for nobody. */
export function writerOf(record: Buffer, length: number): number {
  return length >= NAMES ? record.readDoubleLE(WRITER) : 0;
}

/** When the call of a record completed, without reading the rest. */
export function createdAt(record: Buffer, length: number): number {
  const time = length >= NAMES ? record.readDoubleLE(CREATED) : 0;
  return Number.isFinite(time) ? time : 0;
}
