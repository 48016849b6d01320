/** What lies in a folder that a target makes, and no build has put there. */
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { STAGE } from "../work/stage.ts";

/**
 * Moves what will not be in a folder any more out of it, before it is replaced; gives its paths in the folder.
 *
 * @param made The paths of the files that it will have.
 * @param aside Where it goes, a folder that need not be there.
 */
export function setAside(folder: string, made: ReadonlySet<string>, aside: string): string[] {
  const strays = [...entriesIn(folder, "")].filter(path => !made.has(path));
  for (const path of strays) {
    mkdirSync(dirname(join(aside, path)), { recursive: true });
    move(join(folder, path), join(aside, path));
  }
  return strays;
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    rmSync(from);
  }
}

/** Files and links; what links lead to is elsewhere. */
function* entriesIn(folder: string, prefix: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === STAGE) continue;
    if (entry.isDirectory()) yield* entriesIn(join(folder, entry.name), `${prefix}${entry.name}/`);
    else yield prefix + entry.name;
  }
}
