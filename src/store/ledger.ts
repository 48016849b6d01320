/** Writing and removing entries, with the files that they hold. */
import type { PackedValue } from "../codec/packed.ts";
import { encodeAbout, isShort } from "./about-record.ts";
import type { Batch } from "./batch.ts";
import type { Blobs, WrittenBlob } from "./blobs.ts";
import type { Directories } from "./directories.ts";
import { remove } from "./drafts.ts";
import type { About, CallKey, Entry, EntryFacts, Standing } from "./entry.ts";
import { asBuffer, type Index, NEW } from "./environment.ts";
import { Holds } from "./holds.ts";
import type { PutNew } from "./new-records.ts";
import type { Opened } from "./opened.ts";
import { decodeEntry, encodeEntry } from "./record.ts";
import type { Uses } from "./uses.ts";
import { flatten } from "./values.ts";

/** Up to this many bytes a value lies in the index, which takes half the time of a file. */
const INLINE = 8_192;
/** How many entries go while other processes wait. */
const REMOVED_AT_ONCE = 500;

export interface WriteOptions {
  readonly compress?: boolean;
  readonly instead?: Entry;
}

/** A result on its way into the store. */
export interface Write {
  readonly facts: EntryFacts;
  readonly value: PackedValue;
  /** What explains its key, if that is known. */
  readonly about: About | null;
  readonly how: WriteOptions;
  /** Its entry is in use from the beginning, until this process has closed the store, or died. */
  readonly inUse: boolean;
  /**
   * It is over: the result is there, and others can see it, where the outcome is null; else another entry was there and
   * counts, or something went wrong.
   */
  done(outcome: Entry | Error | null): void;
}

/** Most results: small enough for the index, with no files. */
class Plain implements PutNew {
  readonly table: Index["entries"];
  readonly record: Buffer;
  readonly #write: Write;
  readonly #slowly: (write: Write) => void;

  constructor(table: Index["entries"], write: Write, record: Buffer, slowly: (write: Write) => void) {
    this.table = table;
    this.record = record;
    this.#write = write;
    this.#slowly = slowly;
  }

  get key(): CallKey {
    return this.#write.facts.key;
  }

  done(isNew: boolean): void {
    if (isNew) this.#write.done(null);
    else this.#slowly(this.#write);
  }

  failed(error: Error): void {
    this.#write.done(error);
  }
}

export class Ledger {
  readonly #index: Index;
  readonly #batch: Batch;
  readonly #blobs: Blobs;
  readonly #directories: Directories;
  readonly #uses: Uses;
  readonly #wrap: (error: unknown) => Error;
  readonly holds: Holds;

  constructor(
    { index, batch, blobs, directories, uses }: Pick<Opened, "index" | "batch" | "blobs" | "directories" | "uses">,
    wrap: (error: unknown) => Error,
  ) {
    this.#uses = uses;
    this.#wrap = wrap;
    this.#index = index;
    this.#batch = batch;
    this.#blobs = blobs;
    this.#directories = directories;
    this.holds = new Holds(index);
  }

  /** Tells the write what comes of it: a promise for each of many small results would take longer than writing them. */
  write(write: Write): void {
    const { facts, value, how } = write;
    const flat = flatten(value);
    if (flat.size > INLINE || how.instead !== undefined || facts.directory !== undefined) {
      this.#slowly(write);
      return;
    }
    const record = encodeEntry(facts, { flat }, this.#aboutWithin(write), this.#writerOf(write));
    this.#batch.putNew(new Plain(this.#index.entries, write, record, this.#slowly));
  }

  readonly #slowly = (write: Write): void => {
    this.#write(write).then(
      entry => write.done(entry),
      error => write.done(this.#wrap(error)),
    );
  };

  #writerOf({ inUse }: Write): number {
    return inUse ? this.#uses.writer : 0;
  }

  /** What of it the entry keeps itself; what is long is put beside it, where no hit reads over it. */
  #aboutWithin({ facts: { key }, about }: Write): About | null {
    if (about === null || isShort(about)) return about;
    this.#batch.put(this.#index.abouts, key, encodeAbout(key, about));
    return null;
  }

  async #write(write: Write): Promise<Entry> {
    const { facts, value } = write;
    const { compress, instead } = write.how;
    const flat = flatten(value);
    const blob = flat.size > INLINE ? await this.#blobs.write(value, compress) : null;
    const entry = { ...facts, value: blob === null ? { inline: value } : { blob: blob.ref } };
    const kept = blob === null ? { flat } : { blob: blob.ref };
    const record = encodeEntry(facts, kept, this.#aboutWithin(write), this.#writerOf(write));
    const gone: string[] = [];
    const settling = this.#batch.alone(() => this.#settle(entry, record, blob, instead, gone));
    const counts = await settling.catch(async error => {
      if (blob !== null) await this.#giveBack(blob);
      throw error;
    });
    if (gone.length > 0) await remove(gone);
    return counts;
  }

  /** Writes an entry, unless there is one that is whole and not the one that it replaces; gives the one that counts. */
  #settle(entry: Entry, record: Buffer, blob: WrittenBlob | null, instead: Entry | undefined, gone: string[]): Entry {
    const { entries } = this.#index;
    if (blob !== null) this.#blobs.ensure(blob);
    if (!putNew(entries, entry.key, record)) {
      const there = this.#read(entry.key);
      if (there !== null && this.problem(there) === null && !isSame(there, instead)) {
        if (blob !== null && !this.holds.isHeld(blob.ref)) this.#blobs.remove(blob.ref);
        return there;
      }
      entries.putSync(entry.key, record);
      if (there !== null) {
        this.holds.remove(there);
        this.holds.add(entry);
        this.#letGo(there, gone, entry);
        return entry;
      }
    }
    if (blob !== null || entry.directory !== undefined) this.holds.add(entry);
    return entry;
  }

  /** Its entry could not be written, most likely as the disk is full. */
  #giveBack({ ref }: WrittenBlob): Promise<void> {
    const giveBack = () => {
      if (!this.holds.isHeld(ref)) this.#blobs.remove(ref);
    };
    return this.#batch.alone(giveBack, { frees: true }).catch(() => {});
  }

  /** What is wrong with an entry's files without reading them, in words; null if they look well. */
  problem({ value, directory }: Standing): string | null {
    const problem = "blob" in value ? this.#blobs.problem(value.blob) : null;
    if (problem !== null || directory === undefined) return problem;
    return this.#directories.problem(directory);
  }

  /** Gives how many were there. */
  async remove(keys: readonly CallKey[]): Promise<number> {
    let removed = 0;
    for (let at = 0; at < keys.length; at += REMOVED_AT_ONCE) {
      const gone: string[] = [];
      removed += await this.#batch.alone(() => {
        let count = 0;
        for (const key of keys.slice(at, at + REMOVED_AT_ONCE)) count += this.#remove(key, gone);
        return count;
      }, FREES);
      await remove(gone);
    }
    return removed;
  }

  #remove(key: CallKey, gone: string[]): number {
    const entry = this.#read(key);
    this.#index.abouts.removeSync(key);
    if (!this.#index.entries.removeSync(key)) return 0;
    // What a damaged record held is found by `verify`.
    if (entry === null) return 1;
    this.holds.remove(entry);
    this.#letGo(entry, gone);
    return 1;
  }

  #letGo({ value, directory }: Entry, gone: string[], successor?: Entry): void {
    if ("blob" in value && !this.holds.isHeld(value.blob)) this.#blobs.remove(value.blob);
    if (directory === undefined || directory.path === successor?.directory?.path) return;
    const away = this.#directories.discard(directory);
    if (away !== null) gone.push(away);
  }

  #read(key: CallKey): Entry | null {
    const record = this.#index.entries.getBinary(key);
    if (record === undefined) return null;
    const bytes = asBuffer(record);
    try {
      return decodeEntry(key, bytes, bytes.length);
    } catch {
      return null;
    }
  }
}

function isSame(one: Entry, other: Entry | undefined): boolean {
  return other !== undefined && one.run === other.run && one.createdAt === other.createdAt && one.call === other.call;
}

function putNew(table: Index["entries"], key: CallKey, record: Buffer): boolean {
  return table.putSync(key, record, NEW) as unknown as boolean;
}

const FREES = { frees: true } as const;
