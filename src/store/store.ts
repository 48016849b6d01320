/** The store of results: an index in LMDB, and files for what is large. Several processes share one. */
import { resolve } from "node:path";
import type { PackedValue } from "../codec/packed.ts";
import type { About, CallKey, CodePart, Entry, EntryFacts, Hit, Memo, Standing } from "./entry.ts";
import { asBuffer, records, type Table } from "./environment.ts";
import { closedStore, storeError } from "./failures.ts";
import { bytesOfShort, keyRange, type ShortKey } from "./key.ts";
import type { Write, WriteOptions } from "./ledger.ts";
import { Limit } from "./limit.ts";
import { type Opened, open } from "./opened.ts";
import { lmdbRegistry } from "./owners/registry.ts";
import { type Owners, openOwners } from "./owners.ts";
import { measure, type Pruned, type PruneOptions, prune } from "./prune.ts";
import { decodeEntry, decodeHit, decodeStanding } from "./record.ts";
import { type Problem, type Verified, verify } from "./verify.ts";

export interface StoreOptions {
  /** Bytes. When writes make the store larger, what was used least recently goes, down to nine tenths. */
  readonly maxSize?: number;
}

export class Store {
  /** The folder that it was opened with, made absolute. The cache lies in `cache` in it. */
  readonly folder: string;
  readonly #opened: Opened;
  readonly #limit: Limit | null;
  #closed = false;

  private constructor(folder: string, opened: Opened, maxSize: number | undefined) {
    this.folder = folder;
    this.#opened = opened;
    this.#limit =
      maxSize === undefined
        ? null
        : new Limit(maxSize, {
            measure: () => this.stats().bytes,
            prune: async size => (await this.prune({ maxSize: size })).size,
          });
  }

  /**
   * Opens the store in a folder, which is made if there is none. In one process all that open a folder share one index,
   * which the last to close it closes.
   *
   * @throws StoreVersionError if a newer heddle wrote it.
   * @throws StoreError for a folder that cannot be used: not writable, full, something else, a damaged index.
   * @example
   * const store = Store.open(".heddle");
   */
  static open(folder: string, { maxSize }: StoreOptions = {}): Store {
    const absolute = resolve(folder);
    return new Store(absolute, open(absolute), maxSize);
  }

  /**
   * The entry of a call, of the index only: its files are not looked at.
   *
   * @throws DamagedEntryError
   */
  get(key: CallKey): Entry | undefined {
    return this.#get(key, decodeEntry);
  }

  /**
   * As much of the entry of a call as a hit needs.
   *
   * @throws DamagedEntryError
   */
  look(key: CallKey): Hit | undefined {
    return this.#get(key, decodeHit);
  }

  #get<T>(key: CallKey, decode: (key: CallKey, record: Buffer, length: number) => T): T | undefined {
    const { entries } = this.#parts().index;
    try {
      const record = entries.getBinaryFast(key);
      if (record === undefined) return undefined;
      return decode(key, record instanceof Buffer ? record : asBuffer(record), record.length);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /**
   * The same of the check of a flow that made the call.
   *
   * @throws DamagedEntryError without its key
   */
  standing(key: ShortKey): Standing | undefined {
    const entries = this.#parts().index.entries as unknown as Table<Uint8Array>;
    try {
      const record = entries.getBinaryFast(bytesOfShort(key));
      if (record === undefined) return undefined;
      return decodeStanding(record instanceof Buffer ? record : asBuffer(record), record.length);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** What is wrong with the files of an entry, by their sizes, in words; null if they look well. */
  isWhole(entry: Standing): string | null {
    return this.#parts().ledger.problem(entry);
  }

  /**
   * Keeps a result. Resolves when other processes see it, with the entry that counts: where one was there that is
   * whole, that one stays, unless it is the one that this is to replace.
   *
   * @param how `compress` forces or forbids compression, which is used else where it pays. `instead` is an entry that was
   * found and does not serve any more, such as one that has expired.
   * @throws StoreError if the disk is full or fails.
   */
  write(facts: EntryFacts, value: PackedValue, how: WriteOptions = {}): Promise<Entry> {
    return new Promise((resolve, reject) => {
      const done = (outcome: Entry | Error | null) => {
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome ?? { ...facts, value: { inline: value } });
      };
      this.put({ facts, value, about: null, how, inUse: false, done });
    });
  }

  /** The same for who writes many: what comes of it is told to the write. */
  put(write: Write): void {
    try {
      this.#parts().ledger.write(this.#limit === null ? write : this.#counted(write, this.#limit));
    } catch (error) {
      write.done(this.#error(error));
    }
  }

  #counted(write: Write, limit: Limit): Write {
    const done = (outcome: Entry | Error | null) => {
      if (!(outcome instanceof Error)) limit.wrote(outcome ?? { ...write.facts, value: { inline: write.value } });
      write.done(outcome);
    };
    const { facts, value, about, how, inUse } = write;
    return { facts, value, about, how, inUse, done };
  }

  /**
   * The result of an entry, still encoded.
   *
   * @throws DamagedEntryError if the bytes are not those that were written.
   */
  async read({ key, value }: Hit): Promise<PackedValue> {
    if ("inline" in value) return value.inline;
    try {
      return await this.#parts().blobs.read(key, value.blob);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Removes entries with what only they hold; gives how many were there. */
  async remove(keys: readonly CallKey[]): Promise<number> {
    try {
      return await this.#parts().ledger.remove(keys);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Entries of a task, by the first part of their keys. Damaged ones are left out, here and below. */
  *entriesOf(task: string): Generator<Entry> {
    const range = keyRange(task);
    if (range !== null) yield* this.#between(range.start, range.end);
  }

  *entries(): Generator<Entry> {
    yield* this.#between();
  }

  /** Entries with a key that begins with this text; its dots may be left out. */
  find(prefix: string): Entry[] {
    const range = keyRange(prefix);
    if (range === null) return [];
    const found = [...this.#between(range.start, range.end)];
    return prefix.includes(".") ? found.filter(({ key }) => key.startsWith(prefix)) : found;
  }

  *#between(start?: Uint8Array, end?: Uint8Array): Generator<Entry> {
    for (const { key, value } of records(this.#parts().index.entries, start, end)) {
      let entry: Entry;
      try {
        entry = decodeEntry(key, asBuffer(value), value.length);
      } catch {
        continue;
      }
      yield entry;
    }
  }

  about(key: CallKey): About | undefined {
    return this.#parts().notes.about(key);
  }

  /** Written in a few milliseconds. */
  putAbout(key: CallKey, about: About): void {
    this.#parts().notes.putAbout(key, about);
  }

  codes(digest: string): readonly CodePart[] | undefined {
    return this.#parts().notes.codes(digest);
  }

  putCodes(digest: string, parts: readonly CodePart[]): void {
    this.#parts().notes.putCodes(digest, parts);
  }

  /** Small facts under a name of their own. A `get` sees what this process has put before. */
  memo(name: string): Memo {
    return this.#parts().notes.memo(name);
  }

  /** Remembers that entries are used now. Until this process has closed the store, or died, `prune` leaves them alone. */
  use(keys: readonly CallKey[]): void {
    try {
      const { uses } = this.#parts();
      for (const key of keys) uses.add(key);
      uses.flush();
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** The same of one of many: to be followed by `use` of the last, or of none. */
  useSoon(key: CallKey): void {
    try {
      this.#parts().uses.add(key);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** The final path of the directory of a call's attempt, absolute. It is not made here. */
  directoryOf(key: CallKey, attempt: number): string {
    return this.#parts().directories.pathOf(key, attempt);
  }

  /** Removes entries that were not used for long, the least recently used first, and none that a live process uses. */
  async prune(how: PruneOptions): Promise<Pruned> {
    try {
      await this.#parts().batch.flush();
      return await prune(this.#parts(), how);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Reads everything. Removes entries that are damaged, and files that belong to no entry. */
  async verify(onProblem: (problem: Problem) => void, progress?: (done: number) => void): Promise<Verified> {
    try {
      await this.#parts().batch.flush();
      return await verify(this.#parts(), onProblem, progress);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** How many entries there are, and how many bytes they and their files take of the disk. */
  stats(): { entries: number; bytes: number } {
    const { index, ledger } = this.#parts();
    const { entryCount } = index.entries.getStats() as { entryCount: number };
    return { entries: entryCount, bytes: measure(index, ledger.holds) };
  }

  /** Resolves when everything that was written before is seen by other processes. */
  async flush(): Promise<void> {
    await this.#limit?.settled();
    await this.#parts().batch.flush();
  }

  /** This process's part in seeing to it that equal calls are executed once. To be closed before the store is. */
  async owners(): Promise<Owners> {
    const { places, index } = this.#parts();
    try {
      return await openOwners(places.cache, lmdbRegistry(index, places.index));
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#limit?.settled();
    this.#closed = true;
    await this.#opened.release();
  }

  #parts(): Opened {
    if (this.#closed) throw closedStore(this.folder);
    return this.#opened;
  }

  #error(error: unknown): Error {
    return storeError(this.folder, error);
  }
}
