/** The index: an LMDB environment, which several processes read and write at once. */
import { appendFileSync, closeSync, fstatSync, openSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { endianness } from "node:os";
import type { Database, RootDatabase } from "lmdb";
import { damagedIndex, storeError } from "./failures.ts";
import type { Places } from "./folder.ts";
import { Gate } from "./gate.ts";
import { readKey, writeKey } from "./key.ts";
import { pause } from "./pause.ts";

export type Table<K extends string | Uint8Array> = Database<Buffer, K>;

/** How to put what is not there yet. The types of LMDB know neither the option nor what it makes a put give. */
export const NEW = { noOverwrite: true } as const;

/** The tables of an index. */
export interface Index {
  readonly root: RootDatabase<Buffer, Uint8Array>;
  /** To be passed by whatever commits. */
  readonly gate: Gate;
  /** By call. */
  readonly entries: Table<string>;
  readonly abouts: Table<string>;
  /** What an entry takes of the disk beside its record: by the file, then the call. */
  readonly holds: Table<Uint8Array>;
  readonly codes: Table<Uint8Array>;
  readonly memos: Table<Uint8Array>;
}

/** Keys of calls go straight into the buffer that LMDB reads. Bytes are parts of keys, for ranges. */
const callKeys = {
  writeKey(key: string | Uint8Array, target: Uint8Array, at: number): number {
    if (typeof key === "string") return writeKey(key, target, at);
    target.set(key, at);
    return at + key.byteLength;
  },
  readKey: (bytes: Buffer, from: number) => readKey(bytes, from),
};

/**
 * No commit waits for the disk, which made writes three times as long. The system writes in its own time, also when this
 * process is killed; `sync` sees to it when a store is closed. What a loss of power in between may tear is noticed: by
 * LMDB, which then says that the index is damaged, and by the checksum of each record.
 *
 * Writes are batched by `Batch`. The binding's own batches would make promises that nobody holds, whose rejection on a
 * full disk would end the process.
 */
const OPTIONS = {
  encoding: "binary",
  keyEncoding: "binary",
  noSync: true,
  noMemInit: true,
  eventTurnBatching: false,
  maxDbs: 8,
  maxReaders: 512,
} as const;

/** @throws StoreError */
export function openIndex(places: Places): Index {
  try {
    const { gate, opened } = Gate.pass(places.gate, () => openTables(places));
    return { ...opened, gate };
  } catch (error) {
    throw storeError(places.folder, error);
  }
}

function openTables(places: Places): Omit<Index, "gate"> {
  mend(places);
  const { open } = createRequire(import.meta.url)("lmdb") as typeof import("lmdb");
  const root = open<Buffer, Uint8Array>({ ...OPTIONS, path: places.index, noSubdir: false });
  const byBytes = (name: string) =>
    root.openDB<Buffer, Uint8Array>(name, { encoding: "binary", keyEncoding: "binary" });
  const byCall = (name: string) =>
    root.openDB<Buffer, string>(name, { encoding: "binary", keyEncoder: callKeys } as { encoding: "binary" });
  return {
    root,
    entries: byCall("results"),
    abouts: byCall("abouts"),
    holds: byBytes("holds"),
    codes: byBytes("codes"),
    memos: byBytes("memos"),
  };
}

const MAGIC = 0xbeefc0de;
const PAGE_HEAD = 24;
const HEADER = 160;
const LEAST_PAGE = 512;
const MOST_PAGE = 65_536;
const CHUNK = 1 << 20;
const MOST_LOST = 64 << 20;
/** In milliseconds. */
const PAUSE = 5;
const PATIENCE = 1000;

/**
 * LMDB kills the process where its file begins with something else, or ends early. The one is an error here; the other
 * is filled up with zeros, which it does take for damage. The end can also be missing because nothing was ever there.
 */
function mend({ folder, index }: Places): void {
  const path = `${index}/data.mdb`;
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  try {
    if (fstatSync(file).size === 0) return;
    const heads = pageHeads(file);
    if (heads === null) throw damagedIndex(folder, "it does not begin as one does");
    const [first, second] = heads;
    const { size } = fstatSync(file);
    const needed = (Math.max(first.last, second.last) + 1) * first.page;
    if (needed - size > size + MOST_LOST) throw damagedIndex(folder, `${needed - size} bytes are missing`);
    for (let at = size; at < needed; at += CHUNK) appendFileSync(path, Buffer.alloc(Math.min(CHUNK, needed - at)));
  } finally {
    closeSync(file);
  }
}

interface PageHead {
  readonly page: number;
  readonly last: number;
}

/** Those of the two pages at the beginning. Where they are not there yet, another process may just be making them. */
function pageHeads(file: number): readonly [PageHead, PageHead] | null {
  for (let waited = 0; ; waited += PAUSE) {
    const first = pageHead(file, 0);
    const second = first === null ? null : pageHead(file, first.page);
    if (first !== null && second !== null) return [first, second];
    if (waited >= PATIENCE || fstatSync(file).size >= 2 * (first?.page ?? LEAST_PAGE)) return null;
    pause(PAUSE);
  }
}

function pageHead(file: number, at: number): PageHead | null {
  const head = Buffer.alloc(HEADER);
  if (readSync(file, head, 0, HEADER, at) < HEADER) return null;
  // Numbers are as this machine writes them.
  if (endianness() === "BE") head.swap32();
  const page = head.readUInt32LE(PAGE_HEAD + 24);
  if (head.readUInt32LE(PAGE_HEAD) !== MAGIC || page < LEAST_PAGE || page > MOST_PAGE || (page & (page - 1)) !== 0) {
    return null;
  }
  return { page, last: head.readUInt32LE(PAGE_HEAD + 120) };
}

/** One table's records with their keys, over what it was when this began. */
export function* records<K extends string | Uint8Array>(
  table: Table<K>,
  start?: Uint8Array,
  end?: Uint8Array,
): Generator<{ readonly key: K; readonly value: Buffer }> {
  const from = (start ?? Buffer.of(0)) as K;
  for (const { key, value } of table.getRange(end === undefined ? { start: from } : { start: from, end: end as K })) {
    yield { key, value };
  }
}

/** How many bytes a table's pages take. */
export function pagesOf(table: Table<string> | Table<Uint8Array>): { readonly bytes: number; readonly count: number } {
  const stats = table.getStats() as Record<string, number>;
  const of = (name: string) => stats[name] ?? 0;
  const pages = of("treeBranchPageCount") + of("treeLeafPageCount") + of("overflowPages");
  return { bytes: pages * of("pageSize"), count: of("entryCount") };
}

/** LMDB hands out views of any kind. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Resolves when the disk has everything. */
export function sync({ root }: Index): Promise<void> {
  return new Promise(done => (root as unknown as { sync(done: () => void): void }).sync(() => done()));
}
