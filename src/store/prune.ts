/** Removing what was not used for long, so that a store stays small. */
import type { Drafts } from "./drafts.ts";
import type { CallKey } from "./entry.ts";
import { asBuffer, type Index, pagesOf, records } from "./environment.ts";
import type { Holds } from "./holds.ts";
import type { Ledger } from "./ledger.ts";
import { createdAt, writerOf } from "./record.ts";
import type { Uses } from "./uses.ts";

export interface PruneOptions {
  /** Bytes that may stay. */
  readonly maxSize?: number;
  /** Removes what was not used for longer, in milliseconds. */
  readonly olderThan?: number;
  /** Only tells what would go. */
  readonly dryRun?: boolean;
}

export interface Pruned {
  readonly removed: number;
  /** Bytes. */
  readonly freed: number;
  readonly kept: number;
  /** Bytes that are left. */
  readonly size: number;
}

/** An entry, with what it takes of the disk. */
interface Candidate {
  readonly key: CallKey;
  readonly last: number;
  /** Who wrote it. */
  readonly writer: number;
  /** Of the index, and of files that it alone can hold. */
  own: number;
  file: string | null;
  fileBytes: number;
}

export async function prune(
  { index, drafts, ledger, uses }: { index: Index; drafts: Drafts; ledger: Ledger; uses: Uses },
  { maxSize, olderThan, dryRun = false }: PruneOptions,
): Promise<Pruned> {
  const found = uses.read();
  const entries = candidatesOf(index, ledger.holds, found.last);
  const holders = countHolders(entries);
  let size = sizeOf(entries);
  const now = Date.now();
  const goes = new Set<CallKey>();
  let freed = 0;
  for (const entry of [...entries.values()].sort((a, b) => a.last - b.last)) {
    const tooOld = olderThan !== undefined && now - entry.last > olderThan;
    const tooMuch = maxSize !== undefined && size > maxSize;
    if (!tooOld && !tooMuch) break;
    if (found.inUse.has(entry.key) || found.writers.has(entry.writer)) continue;
    const bytes = entry.own + release(entry, holders);
    goes.add(entry.key);
    size -= bytes;
    freed += bytes;
  }
  let removed = goes.size;
  if (!dryRun) {
    removed = await ledger.remove([...goes]);
    uses.compact(found, key => entries.has(key) && !goes.has(key));
    await drafts.sweep();
  }
  return { removed, freed, kept: entries.size - removed, size };
}

function candidatesOf(index: Index, holds: Holds, last: ReadonlyMap<CallKey, number>): Map<CallKey, Candidate> {
  const entries = new Map<CallKey, Candidate>();
  let lengths = 0;
  for (const { key, value } of records(index.entries)) {
    const record = asBuffer(value);
    const used = Math.max(createdAt(record, value.length), last.get(key) ?? 0);
    const writer = writerOf(record, value.length);
    entries.set(key, { key, last: used, writer, own: value.length, file: null, fileBytes: 0 });
    lengths += value.length;
  }
  // Each takes its share of the index, as pages are what the disk keeps.
  const pages = pagesOf(index.entries).bytes + pagesOf(index.abouts).bytes;
  for (const entry of entries.values()) entry.own *= pages / lengths;
  for (const { key, file, bytes } of holds.all()) {
    const entry = entries.get(key);
    if (entry === undefined) continue;
    if (file === null) entry.own += bytes;
    else {
      entry.file = file;
      entry.fileBytes = bytes;
    }
  }
  return entries;
}

function countHolders(entries: ReadonlyMap<CallKey, Candidate>): Map<string, number> {
  const holders = new Map<string, number>();
  for (const { file } of entries.values()) if (file !== null) holders.set(file, (holders.get(file) ?? 0) + 1);
  return holders;
}

function sizeOf(entries: ReadonlyMap<CallKey, Candidate>): number {
  const files = new Map<string, number>();
  let size = 0;
  for (const { own, file, fileBytes } of entries.values()) {
    size += own;
    if (file !== null) files.set(file, fileBytes);
  }
  for (const bytes of files.values()) size += bytes;
  return Math.round(size);
}

/** What goes with an entry's file: nothing as long as others hold it. */
function release({ file, fileBytes }: Candidate, holders: Map<string, number>): number {
  if (file === null) return 0;
  const left = (holders.get(file) ?? 1) - 1;
  holders.set(file, left);
  return left === 0 ? fileBytes : 0;
}

/** What entries and their files take of the disk, in bytes. */
export function measure(index: Index, holds: Holds): number {
  let size = pagesOf(index.entries).bytes + pagesOf(index.abouts).bytes;
  let before = "";
  // In order, so that holders of one file follow each other.
  for (const { file, bytes, compressed } of holds.all()) {
    const name = file === null ? "" : `${file}${compressed}`;
    if (name === "" || name !== before) size += bytes;
    before = name;
  }
  return size;
}
