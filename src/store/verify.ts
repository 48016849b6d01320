/** Reading everything that a store holds, and removing what is damaged and what nobody needs. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DamagedEntryError } from "../errors.ts";
import type { Batch } from "./batch.ts";
import type { Blobs } from "./blobs.ts";
import type { Directories } from "./directories.ts";
import { type Drafts, remove } from "./drafts.ts";
import type { CallKey, Entry } from "./entry.ts";
import { asBuffer, type Index, records } from "./environment.ts";
import { FileDigests } from "./file-digests.ts";
import type { Places } from "./folder.ts";
import type { Ledger } from "./ledger.ts";
import { measure } from "./prune.ts";
import { decodeEntry } from "./record.ts";

export interface Problem {
  readonly key: CallKey;
  /** As displays name it; empty where the record does not tell any more. */
  readonly call: string;
  readonly problem: string;
}

export interface Verified {
  readonly entries: number;
  readonly bad: number;
  readonly bytes: number;
  /** Files that belonged to no entry, and are removed. */
  readonly orphans: number;
}

interface Parts {
  readonly index: Index;
  readonly places: Places;
  readonly batch: Batch;
  readonly ledger: Ledger;
  readonly blobs: Blobs;
  readonly directories: Directories;
  readonly drafts: Drafts;
}

/** A directory of no entry can be that of a call under way, which may take long. */
const ABANDONED = 7 * 24 * 60 * 60_000;

export async function verify(
  parts: Parts,
  onProblem: (problem: Problem) => void,
  progress?: (done: number) => void,
): Promise<Verified> {
  const bad: CallKey[] = [];
  // A file that several entries hold is read once.
  const read = new Map<string, string | null>();
  let entries = 0;
  for (const key of [...parts.index.entries.getKeys({ start: START })]) {
    const found = await problemOf(parts, key, read);
    if (found === null) continue;
    if (found !== "well") {
      bad.push(key);
      onProblem({ key, ...found });
    }
    entries += 1;
    progress?.(entries);
  }
  await parts.ledger.remove(bad);
  const orphans = await removeOrphans(parts);
  await parts.drafts.sweep();
  return { entries, bad: bad.length, bytes: measure(parts.index, parts.ledger.holds), orphans };
}

const START = Buffer.of(0) as unknown as string;

/** Null for an entry that is gone by now. */
async function problemOf(
  { index, ledger, blobs, directories }: Parts,
  key: CallKey,
  read: Map<string, string | null>,
): Promise<Omit<Problem, "key"> | "well" | null> {
  const record = index.entries.getBinary(key);
  if (record === undefined) return null;
  let entry: Entry;
  try {
    entry = decodeEntry(key, asBuffer(record), record.length);
  } catch (error) {
    return { call: "", problem: wordsOf(error) };
  }
  const { call, value, directory } = entry;
  let problem = ledger.problem(entry);
  if (problem === null && "blob" in value) {
    const path = blobs.pathOf(value.blob);
    const known = read.get(path);
    problem = known === undefined ? await blobs.read(key, value.blob).then(() => null, wordsOf) : known;
    read.set(path, problem);
  }
  if (problem === null && directory !== undefined) {
    const folder = directories.absolute(directory);
    const digests = new FileDigests(null);
    const changed = directory.files.find(({ path, digest }) => digests.of(join(folder, path))?.digest !== digest);
    if (changed !== undefined) problem = `${changed.path} in its directory has other contents than were written`;
  }
  return problem === null ? "well" : { call, problem };
}

function wordsOf(error: unknown): string {
  return error instanceof DamagedEntryError ? error.problem : String(error);
}

async function removeOrphans({ index, places, batch, ledger, directories }: Parts): Promise<number> {
  const gone: string[] = [];
  const count = await batch.alone(
    () => {
      const held = new Set<string>();
      const stale: Uint8Array[] = [];
      for (const { raw, key, file, compressed } of ledger.holds.all()) {
        if (!index.entries.doesExist(key)) stale.push(raw);
        else if (file !== null) held.add(`${file}${compressed ? ".br" : ""}`);
      }
      for (const raw of stale) ledger.holds.removeRaw(raw);
      let removed = 0;
      // With the lock of the index, as who writes a file looks again under it whether the file is there.
      for (const { shard, name, path } of files(places.blobs)) {
        if (held.has(shard + name)) continue;
        rmSync(path, { recursive: true, force: true });
        removed += 1;
      }
      const homes = new Set<string>();
      for (const { key, value } of records(index.entries)) {
        const path = directoryOf(key, asBuffer(value));
        if (path !== null) homes.add(directories.absolute({ path, files: [] }));
      }
      for (const { path } of files(places.dirs)) {
        if (homes.has(path) || !isAbandoned(path)) continue;
        const away = directories.discard({ path, files: [] });
        if (away !== null) gone.push(away);
        removed += 1;
      }
      return removed;
    },
    { frees: true },
  );
  await remove(gone);
  return count;
}

function directoryOf(key: CallKey, record: Buffer): string | null {
  try {
    return decodeEntry(key, record, record.length).directory?.path ?? null;
  } catch {
    return null;
  }
}

function* files(folder: string): Generator<{ shard: string; name: string; path: string }> {
  for (const shard of readdirSync(folder)) {
    for (const name of readdirSync(join(folder, shard))) yield { shard, name, path: join(folder, shard, name) };
  }
}

function isAbandoned(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > ABANDONED;
}
