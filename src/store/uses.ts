/**
 * When entries were used last. Each process appends to a file of its own, so that nobody waits and the index is not
 * written to for being read: records of 56 bytes, a time and a key, behind one that says who writes. The files of
 * processes that have ended are put together into one.
 *
 * Whether a process lives is asked of the system: its number, and on Linux when it was started, as numbers are used
 * again. A file of another machine counts as in use for a day after its last write.
 */
import { randomInt } from "node:crypto";
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import type { Drafts } from "./drafts.ts";
import type { CallKey } from "./entry.ts";
import type { Places } from "./folder.ts";
import { KEY_BYTES, readKey, writeKey } from "./key.ts";
import { isGone, isHere, writerMark } from "./writer.ts";

const RECORD = 8 + KEY_BYTES;
const MARK = "hdluses1";
/** Where in the head of a file stands what its process puts in entries. */
const WRITER = 24;
const MOST_WRITERS = 2 ** 47;
/** A use need not be told again for this long at most, in milliseconds. */
const FRESH = 60 * 60_000;
const MOST_REMEMBERED = 100_000;
/** Uses that are written together at most. */
const AT_ONCE = 1_000;
/** Each process leaves a file: so many of them are put together by the next. */
const MOST_FILES = 64;
const DAY = 24 * 60 * 60_000;
const NAME = /\.bin$/;

/** Files of this process: a store may be closed and opened again within a millisecond. */
let count = 0;

/** When entries were used, and which of them by processes that still run. */
export interface UsesFound {
  readonly last: Map<CallKey, number>;
  readonly inUse: Set<CallKey>;
  /** What such processes put in the entries that they write. */
  readonly writers: ReadonlySet<number>;
  /** Files that nobody writes to any more. */
  readonly ended: readonly string[];
}

export class Uses {
  readonly #folder: string;
  readonly #drafts: Drafts;
  #file: number | null = null;
  #writer = 0;
  readonly #told = new Set<CallKey>();
  readonly #pending = Buffer.allocUnsafe(RECORD * AT_ONCE);
  #end = 0;
  #noting = false;
  #toldSince = 0;

  constructor({ uses }: Places, drafts: Drafts) {
    this.#folder = uses;
    this.#drafts = drafts;
  }

  /**
   * What stands for this process in entries that are in use from the beginning, until it has closed the store, or died. 0
   * where nobody can be told, as on a full disk.
   */
  get writer(): number {
    if (this.#writer !== 0) return this.#writer;
    try {
      this.#opened();
    } catch {
      this.#shut();
    }
    return this.#writer;
  }

  /** Notes a use, to be written by the next `flush`. */
  add(key: CallKey): void {
    if (!this.#noting) this.#begin();
    const told = this.#told;
    const before = told.size;
    told.add(key);
    if (told.size === before) return;
    if (this.#end === this.#pending.length) this.flush();
    this.#end = writeKey(key, this.#pending, this.#end + 8);
  }

  #begin(): void {
    this.#noting = true;
    const now = Date.now();
    if (this.#told.size < MOST_REMEMBERED && now - this.#toldSince < FRESH) return;
    this.#told.clear();
    this.#toldSince = now;
  }

  flush(): void {
    this.#noting = false;
    const end = this.#end;
    if (end === 0) return;
    this.#end = 0;
    const now = Date.now();
    for (let at = 0; at < end; at += RECORD) this.#pending.writeDoubleLE(now, at);
    try {
      write(this.#opened(), this.#pending.subarray(0, end));
    } catch (error) {
      // What it ends with may be half there: the next one goes into another file.
      this.#shut();
      this.#told.clear();
      throw error;
    }
  }

  #opened(): number {
    if (this.#file !== null) return this.#file;
    if (readdirSync(this.#folder).length >= MOST_FILES) this.compact(this.read(), () => true);
    this.#file = openSync(this.#newPath(), "wx");
    const writer = randomInt(1, MOST_WRITERS);
    write(this.#file, header(writerMark(), writer));
    this.#writer = writer;
    return this.#file;
  }

  #shut(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#writer = 0;
  }

  read(): UsesFound {
    const last = new Map<CallKey, number>();
    const inUse = new Set<CallKey>();
    const writers = new Set<number>();
    const ended: string[] = [];
    for (const name of readdirSync(this.#folder).filter(name => NAME.test(name))) {
      const path = join(this.#folder, name);
      const bytes = contentOf(path);
      if (bytes === null) continue;
      const live = isLive(path, bytes);
      if (!live) ended.push(path);
      else if (bytes.length >= RECORD) writers.add(bytes.readDoubleLE(WRITER));
      // The last record may be half there: a process can be killed while it writes.
      for (let at = RECORD; at + RECORD <= bytes.length; at += RECORD) {
        const key = readKey(bytes, at + 8);
        last.set(key, Math.max(bytes.readDoubleLE(at), last.get(key) ?? 0));
        if (live) inUse.add(key);
      }
    }
    writers.delete(0);
    return { last, inUse, writers, ended };
  }

  /** Replaces files of processes that have ended by one, with the last use of each entry that is kept. */
  compact({ last, ended }: UsesFound, isKept: (key: CallKey) => boolean): void {
    if (ended.length === 0) return;
    const kept = [...last].filter(([key]) => isKept(key));
    if (kept.length > 0) {
      const bytes = Buffer.allocUnsafe(RECORD * (kept.length + 1));
      header(null).copy(bytes);
      let at = RECORD;
      for (const [key, time] of kept) {
        bytes.writeDoubleLE(time, at);
        at = writeKey(key, bytes, at + 8);
      }
      this.#place(bytes);
    }
    for (const path of ended) rmSync(path, { force: true });
  }

  #place(bytes: Uint8Array): void {
    const draft = this.#drafts.newPath();
    try {
      writeFileSync(draft, bytes);
      renameSync(draft, this.#newPath());
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  #newPath(): string {
    return join(this.#folder, `${Date.now()}-${process.pid}-${threadId}-${count++}.bin`);
  }

  /** What was used is not in use any more, though this process may live on. */
  close(): void {
    try {
      if (this.#file !== null) writeSync(this.#file, header(null), 0, RECORD, 0);
    } finally {
      this.#shut();
    }
    this.#told.clear();
  }
}

function write(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

/** Says who writes: nobody, if there is no mark. */
function header(mark: string | null, writer = 0): Buffer {
  const bytes = Buffer.alloc(RECORD);
  bytes.write(MARK, 0, "latin1");
  if (mark === null) return bytes;
  const [host = "", pid, start] = mark.split(".");
  bytes.writeUInt32LE(Number(pid), 8);
  bytes.writeUInt32LE(Number.parseInt(host, 16), 12);
  bytes.writeDoubleLE(Number(start), 16);
  bytes.writeDoubleLE(writer, WRITER);
  return bytes;
}

function isLive(path: string, bytes: Buffer): boolean {
  if (bytes.length < RECORD || bytes.toString("latin1", 0, MARK.length) !== MARK) return isRecent(path);
  const pid = bytes.readUInt32LE(8);
  if (pid === 0) return false;
  const mark = `${bytes.readUInt32LE(12).toString(16).padStart(8, "0")}.${pid}.${bytes.readDoubleLE(16)}`;
  return isHere(mark) ? !isGone(mark) : isRecent(path);
}

function isRecent(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs < DAY;
}

function contentOf(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    // Another process has just compacted it.
    return null;
  }
}
