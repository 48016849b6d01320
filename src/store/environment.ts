/** The index: an LMDB environment, which several processes read and write at once. */
import { createRequire } from "node:module";
import type { Database, RootDatabase } from "lmdb";
import { damagedIndex, storeError } from "./failures.ts";
import type { Places } from "./folder.ts";
import { Gate } from "./gate.ts";
import { readKey, writeKey } from "./key.ts";
import { mend } from "./mend.ts";

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
  mend(`${places.index}/data.mdb`, how => damagedIndex(places.folder, how));
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
