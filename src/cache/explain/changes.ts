import type { CodePart } from "../../store/entry.ts";
import type { CodeChange } from "../reason.ts";

/** What of the code is not as it was, by file and name; what was there several times, such as effects, is told once. */
export function codeChanges(before: readonly CodePart[], now: readonly CodePart[]): CodeChange[] {
  const [old, current] = [byPlace(before), byPlace(now)];
  const changes: CodeChange[] = [];
  for (const [place, { file, name, digests }] of current) {
    const known = old.get(place);
    if (known === undefined) changes.push({ file, name, how: "added" });
    else if (known.digests.join() !== digests.join()) changes.push({ file, name, how: "changed" });
  }
  for (const [place, { file, name }] of old) {
    if (!current.has(place)) changes.push({ file, name, how: "removed" });
  }
  // What was edited comes first: the rest often follows from it.
  return changes.sort((a, b) => ORDER[a.how] - ORDER[b.how]);
}

const ORDER = { changed: 0, added: 1, removed: 2 } as const;

interface Place {
  readonly file: string;
  readonly name: string;
  readonly digests: string[];
}

function byPlace(parts: readonly CodePart[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const { file, name, digest } of parts) {
    const key = `${file}\0${name}`;
    const known = places.get(key);
    if (known === undefined) places.set(key, { file, name, digests: [digest] });
    else known.digests.push(digest);
  }
  return places;
}
