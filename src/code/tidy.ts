/** What lies in the folder of others' code and files and was of no use for long. */
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

const DAY = 24 * 60 * 60_000;
const UNUSED = 30 * DAY;
/** Among inputs: those that are on their way. */
export const DRAFTS = "drafts";
/** So many are looked at, at most, each from another place on. */
const MOST = 5_000;

/** Removes what nobody has used for 30 days, drafts after one; looks at most once a day. What cannot be removed stays. */
export function tidy(folder: string, now = Date.now()): void {
  const mark = path.join(folder, "tidied");
  if (now - (timeOf(mark) ?? 0) < DAY) return;
  let left = MOST;
  try {
    writeFileSync(mark, "");
    for (const kind of ["files", "inputs"]) {
      for (const group of shuffled(namesIn(path.join(folder, kind)))) {
        const most = group === DRAFTS ? DAY : UNUSED;
        for (const name of namesIn(path.join(folder, kind, group))) {
          if (left-- <= 0) return;
          const place = path.join(folder, kind, group, name);
          if (now - (timeOf(place) ?? now) > most) rmSync(place, { recursive: true, force: true });
        }
      }
    }
  } catch {
    // Somebody else may be at it.
  }
}

function timeOf(place: string): number | null {
  return statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function shuffled(names: string[]): string[] {
  const from = Math.floor(Math.random() * names.length);
  return [...names.slice(from), ...names.slice(0, from)];
}
