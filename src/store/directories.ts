/** Directories of calls, at their final paths from the beginning: a result that names one must stay true. */
import { renameSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { digestBytes } from "../codec/digest.ts";
import type { Drafts } from "./drafts.ts";
import type { CallKey, DirectoryFact } from "./entry.ts";
import type { Places } from "./folder.ts";

export class Directories {
  readonly #places: Places;
  readonly #drafts: Drafts;

  constructor(places: Places, drafts: Drafts) {
    this.#places = places;
    this.#drafts = drafts;
  }

  pathOf(key: CallKey, attempt: number): string {
    const name = digestBytes(key);
    return join(this.#places.dirs, name.slice(0, 2), `${name.slice(2, 34)}-${attempt}`);
  }

  absolute({ path }: DirectoryFact): string {
    return resolve(this.#places.folder, path);
  }

  /** What is wrong with a directory without reading its files, in words; null if it looks well. */
  problem(fact: DirectoryFact): string | null {
    const folder = this.absolute(fact);
    for (const { path, size } of fact.files) {
      const stat = statSync(join(folder, path), { throwIfNoEntry: false });
      if (stat === undefined) return `${path} is missing from its directory`;
      if (stat.size !== size) return `${path} in its directory has ${stat.size} bytes instead of ${size}`;
    }
    if (fact.files.length > 0) return null;
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? null : "its directory is missing";
  }

  /**
   * Takes a directory out of the way at once, as the same call may want its place again; gives where it went, null if
   * it was not there. Only what lies among the directories of the store is touched.
   */
  discard(fact: DirectoryFact): string | null {
    const path = this.absolute(fact);
    if (!path.startsWith(this.#places.dirs + sep)) return null;
    const away = this.#drafts.newPath();
    try {
      renameSync(path, away);
      return away;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }
}
