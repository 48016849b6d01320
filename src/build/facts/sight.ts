/** The files behind inputs as they were found when a target began, to tell whether they were so when it had ended. */
import type { Reading } from "../freshness/record.ts";
import type { Files, Seen } from "../records/files.ts";

export class Sight {
  private readonly files: Files;
  /** By input: its files. */
  private readonly inputs = new Map<string, ReadonlyMap<string, Seen>>();

  constructor(files: Files, readings: readonly Reading[]) {
    this.files = files;
    for (const { path } of readings) {
      if (path !== null) this.inputs.set(path, new Map(this.partsOf(path).map(part => [part, files.at(part).seen])));
    }
  }

  /** Those that somebody has written to meanwhile, even if their content is as it was: another may have been read. */
  changed(): Set<string> {
    const changed = new Set<string>();
    for (const [path, parts] of this.inputs) {
      const same = [...parts].every(([part, seen]) => this.files.isAsSeen(part, seen));
      if (!same || (!parts.has(path) && this.partsOf(path).length !== parts.size)) changed.add(path);
    }
    return changed;
  }

  private partsOf(path: string): readonly string[] {
    return this.files.at(path).is === "dir" ? this.files.inFolder(path) : [path];
  }
}
