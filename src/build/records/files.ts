/** What the files of a project hold, each looked at once in a build, and read only where its stat is not as it was. */
import { type Stats, statSync } from "node:fs";
import { digestFile } from "../../store/file-digests.ts";
import { MISSING } from "../freshness/judge.ts";
import type { Places } from "../graph/places.ts";
import type { OnDisk } from "../graph/problems.ts";
import { digestOfFolder } from "../work/folder.ts";
import { filesIn } from "../work/listing.ts";
import type { FileState } from "./gather.ts";
import { STAT } from "./layout.ts";
import type { RecordTable } from "./table.ts";

/** Clocks of file systems tick as seldom as every two seconds: two writes within a tick look like one. */
const TICK = 2_000;
/** How often to start again with a file that is written to while it is read. */
const ATTEMPTS = 8;
const QUIET = { throwIfNoEntry: false } as const;

const UNKNOWN = 0;
const AS_RECORDED = 1;
const OTHERWISE = 2;

export interface FileNow extends FileState {
  readonly is: OnDisk;
  /** In bytes. */
  readonly size: number;
}

const NOTHING: FileNow = { is: "nothing", digest: MISSING, stat: null, size: 0 };

export class Files {
  private readonly places: Places;
  private readonly table: RecordTable;
  /** By row of the table. */
  private readonly rows: Uint8Array;
  private readonly now = new Map<string, FileNow>();
  /** More is known of some file than the records say. */
  hasNews = false;

  constructor(places: Places, table: RecordTable) {
    this.places = places;
    this.table = table;
    this.rows = new Uint8Array(table.columns.counts.files);
  }

  /** Whether a file of the records is there with the content that it had when they were written. */
  isAsRecorded(row: number, path = this.table.text(this.table.columns.filePath[row]!)): boolean {
    if (this.rows[row] === UNKNOWN) {
      this.rows[row] = !this.now.has(path) && this.statAgrees(row, path) ? AS_RECORDED : this.compare(row, path);
    }
    return this.rows[row] === AS_RECORDED;
  }

  at(path: string): FileNow {
    let found = this.now.get(path);
    if (found === undefined) {
      found = this.look(path);
      this.now.set(path, found);
    }
    return found;
  }

  /** Of a folder: the paths of its files, sorted. */
  inFolder(path: string): readonly string[] {
    return filesIn(this.places.absolute(path)).map(name => `${path}/${name}`);
  }

  /** A target has made it. What the disk says of something so young is not to be trusted. */
  made(path: string, is: "file" | "dir", digest: string, size: number): void {
    this.now.set(path, { is, digest, size, stat: null });
    const row = this.table.fileRowOf(path);
    if (row >= 0) this.rows[row] = OTHERWISE;
    this.forgetFoldersOf(path);
    this.hasNews = true;
  }

  forget(path: string): void {
    this.now.delete(path);
    const row = this.table.fileRowOf(path);
    if (row >= 0) this.rows[row] = UNKNOWN;
    this.forgetFoldersOf(path);
  }

  /** What was known of the folders that it lies in does not hold any more. */
  private forgetFoldersOf(path: string): void {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      this.now.delete(path.slice(0, end));
    }
    this.now.delete(".");
  }

  /** What is known of a file, to be recorded. */
  stateOf(path: string): FileState | undefined {
    const now = this.now.get(path);
    if (now !== undefined) return now;
    const row = this.table.fileRowOf(path);
    if (row < 0 || this.rows[row] === OTHERWISE) return undefined;
    const { fileStat, fileDigest } = this.table.columns;
    const [size, mtime, ctime, inode] = fileStat.subarray(row * STAT, (row + 1) * STAT);
    const stat = Number.isNaN(size) ? null : ([size!, mtime!, ctime!, inode!] as const);
    return { digest: this.table.text(fileDigest[row]!), stat };
  }

  private statAgrees(row: number, path: string): boolean {
    const { fileStat } = this.table.columns;
    const at = row * STAT;
    const size = fileStat[at]!;
    if (Number.isNaN(size)) return false;
    const stat = statOf(this.places.absolute(path));
    return (
      stat !== undefined &&
      stat.size === size &&
      stat.mtimeMs === fileStat[at + 1] &&
      stat.ctimeMs === fileStat[at + 2] &&
      stat.ino === fileStat[at + 3] &&
      stat.isFile()
    );
  }

  private compare(row: number, path: string): number {
    const { fileDigest } = this.table.columns;
    return this.at(path).digest === this.table.text(fileDigest[row]!) ? AS_RECORDED : OTHERWISE;
  }

  private look(path: string): FileNow {
    const row = this.table.fileRowOf(path);
    if (row >= 0 && this.rows[row] !== OTHERWISE && this.statAgrees(row, path)) {
      const { fileStat, fileDigest } = this.table.columns;
      const [size, mtime, ctime, inode] = fileStat.subarray(row * STAT, (row + 1) * STAT) as unknown as number[];
      const digest = this.table.text(fileDigest[row]!);
      return { is: "file", digest, size: size!, stat: [size!, mtime!, ctime!, inode!] };
    }
    const stat = statOf(this.places.absolute(path));
    if (stat === undefined) return NOTHING;
    if (stat.isDirectory()) return this.folder(path);
    this.hasNews = true;
    return this.read(this.places.absolute(path), stat);
  }

  private folder(path: string): FileNow {
    const names = filesIn(this.places.absolute(path));
    let size = 0;
    const files = names.map(name => {
      const file = this.at(`${path}/${name}`);
      size += file.size;
      return [name, file.digest] as const;
    });
    return { is: "dir", digest: digestOfFolder(files), size, stat: null };
  }

  private read(path: string, stat: Stats): FileNow {
    for (let before = stat, attempt = 1; ; attempt += 1) {
      const startedAt = Date.now();
      const digest = unlessGone(() => digestFile(path, before.size).digest);
      const after = statOf(path);
      if (digest === undefined || after === undefined) return NOTHING;
      const settled = numbersOf(before).every((number, at) => number === numbersOf(after)[at]);
      if (settled || attempt === ATTEMPTS) {
        const isOld = after.mtimeMs < startedAt - TICK && after.ctimeMs < startedAt - TICK;
        return { is: "file", digest, size: after.size, stat: settled && isOld ? numbersOf(after) : null };
      }
      before = after;
    }
  }
}

function numbersOf(stat: Stats): readonly [number, number, number, number] {
  return [stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino];
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, QUIET);
  } catch (error) {
    return goneOr(error);
  }
}

function unlessGone<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    return goneOr(error);
  }
}

function goneOr(error: unknown): undefined {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}
