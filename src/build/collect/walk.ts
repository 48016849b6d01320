/** The files below a folder, save those nobody asks for. */
import { type Dirent, readdirSync } from "node:fs";
import { matcherOf } from "../graph/glob.ts";
import type { Places } from "../graph/places.ts";
import { checkName, leadsTo } from "../work/listing.ts";

/** The files that match a pattern, as places of the project, sorted. Links to files count as files. */
export function expand(pattern: string, places: Places): string[] {
  const { base, matches, mayMatchIn } = matcherOf(pattern);
  const found: string[] = [];
  const hidden = /(^|\/)(\.|node_modules\/)/.test(pattern);
  const enters = (folder: string) => (hidden || !isAside(folder)) && mayMatchIn(folder);
  walk(base === "" ? "." : base, places, enters, path => {
    if (!matches(path)) return;
    checkName(places.absolute(path));
    found.push(path);
  });
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** Whether nobody looks into a folder who does not say so. */
export function isAside(folder: string): boolean {
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  return name.startsWith(".") || name === "node_modules";
}

/** Tells of each file below a folder, and of no folder that `enters` leaves out. */
export function walk(
  folder: string,
  places: Places,
  enters: (folder: string) => boolean,
  file: (path: string) => void,
): void {
  const open = [folder];
  for (const at of open) {
    for (const entry of entriesOf(places.absolute(at))) {
      const path = at === "." ? entry.name : `${at}/${entry.name}`;
      if (entry.isFile() || (entry.isSymbolicLink() && leadsTo(places.absolute(path))?.isFile() === true)) file(path);
      else if (entry.isDirectory() && enters(path)) open.push(path);
    }
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
