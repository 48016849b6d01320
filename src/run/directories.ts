import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join, normalize, relative, resolve, sep } from "node:path";
import type { DirectoryFact } from "../store/entry.ts";
import { takeManifest } from "../store/manifest.ts";
import { isGone, writerMark } from "../store/writer.ts";
import { isAt } from "../workers/directories.ts";
import { idOf } from "./call.ts";
import type { Flight } from "./flight.ts";
import type { Run } from "./run.ts";

/**
 * The directories of a run's calls. Those of calls that are not cached lie together, and go when the run has ended;
 * those of cached calls are made where they are kept, and go if they are not.
 */
export class CallDirectories {
  private readonly run: Run;
  private folder: string | null = null;
  private inFolder = false;
  private readonly unkept = new Set<string>();
  private readonly sweeping: Promise<void>[] = [];

  constructor(run: Run) {
    this.run = run;
  }

  /** Where calls have theirs that are not cached. The name tells whose it is, should this process die. */
  get base(): string {
    this.folder ??= join(this.all, `${this.run.id}.${writerMark()}`);
    return this.folder;
  }

  /** Where the directory of a cached call's attempt is kept. */
  placeOf({ call, attempt }: Flight): (() => string) | null {
    const { gate } = this.run;
    const key = gate?.executionOf(call)?.key;
    if (gate === null || key === undefined || call.spec.definition.kind === "flow") return null;
    return () => gate.kept.cache.store.directoryOf(key, attempt);
  }

  /** A call has made its directory. Workers say where, so only its own place is believed: all this is removed. */
  made(flight: Flight | undefined, path: string): void {
    const place = flight?.dir ?? null;
    if (place === null ? !this.isInFolder(path) : !isAt(path, place)) return;
    if (place !== null) this.unkept.add(path);
    else {
      if (!this.inFolder) this.sweeping.push(this.sweep());
      this.inFolder = true;
    }
    // Also what a call does late that was given up is told.
    if (flight !== undefined) flight.directory = path;
  }

  /** What is in the directory of a call that has completed; null if that cannot be read, so that nothing is kept. */
  async factOf({ call, directory }: Flight): Promise<DirectoryFact | null> {
    const home = directory!;
    const gate = this.run.gate!;
    const { store, files } = gate.kept.cache;
    try {
      const found = await takeManifest(home, files);
      return { path: relative(store.folder, home).replaceAll(sep, "/"), files: found, home };
    } catch (error) {
      const problem = (error as Error).message;
      this.run.warn(
        `The directory of ${idOf(call)} cannot be read, so its result is not kept: ${problem}`,
        call.number,
      );
      const execution = gate.executionOf(call);
      if (execution !== undefined) execution.spoilt = true;
      return null;
    }
  }

  /** A folder for what the run itself puts away, which goes when it has ended. */
  async scratch(name: string): Promise<string> {
    if (!this.inFolder) this.sweeping.push(this.sweep());
    this.inFolder = true;
    // Names of calls do not begin so.
    const path = join(this.base, `.${name}`);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** It belongs to a result in the store. */
  kept(path: string): void {
    this.unkept.delete(path);
  }

  async close(): Promise<void> {
    await Promise.all(this.sweeping);
    for (const path of this.unkept) await remove(path);
    if (!this.inFolder) return;
    await remove(this.base);
    for (const folder of [this.all, dirname(this.all)]) await rmdir(folder).catch(() => {});
  }

  /** Removes what runs have left whose process is gone. */
  private async sweep(): Promise<void> {
    for (const name of await readdir(this.all).catch(() => [])) {
      if (isGone(name.slice(name.indexOf(".") + 1))) await remove(join(this.all, name));
    }
  }

  private isInFolder(path: string): boolean {
    return normalize(path) === path && path.startsWith(this.base + sep);
  }

  private get all(): string {
    const { root, settings } = this.run;
    return join(resolve(root, settings.cache?.folder ?? ".heddle"), "dirs");
  }
}

/** What cannot be removed now, as by a call that goes on writing, is removed by a later run. */
async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}
