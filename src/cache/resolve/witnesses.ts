/** What an answer depended on, as it is kept: the answer holds while all of it is as it was. */
import path from "node:path";
import type { StampedDigest } from "../../store/file-digests.ts";
import type { Disk, Sight } from "./disk.ts";

/** Paths from the root, so that a project that was moved finds its own again. */
export interface Witnesses {
  readonly absent: readonly string[];
  readonly folders: readonly string[];
  /** Files whose content did not count. */
  readonly files: readonly string[];
  readonly links: readonly (readonly [path: string, to: string])[];
  readonly contents: readonly (readonly [path: string, digest: string, size: number, stamp: string | null])[];
}

/** Null if the files were changed meanwhile, so that there is nothing to hold on to. */
export function witnessesOf(disk: Disk, sight: Sight): Witnesses | null {
  const absent: string[] = [];
  const folders: string[] = [];
  const files: string[] = [];
  const links: [string, string][] = [];
  const contents: [string, string, number, string | null][] = [];
  for (const place of sight.read) {
    const digest = disk.digest(place);
    if (digest === null) {
      if (disk.look(place) !== "folder") return null;
      continue;
    }
    const known = disk.stamped(place);
    if (known?.digest !== digest) return null;
    contents.push([short(disk.root, place), digest, known.size, known.stamp]);
  }
  for (const place of sight.seen) {
    const fact = disk.look(place);
    const name = short(disk.root, place);
    if (fact === "absent") absent.push(name);
    else if (fact === "folder") folders.push(name);
    else if (typeof fact !== "string") links.push([name, fact.to]);
    else if (!sight.read.has(place)) files.push(name);
  }
  return disk.torn ? null : { absent, folders, files, links, contents };
}

/** True if everything is as it was; each place is looked at once, whoever asks. */
export function hold(disk: Disk, kept: Witnesses): boolean {
  const { root } = disk;
  return (
    kept.contents.every(([name, digest, size, stamp]) =>
      disk.holds(long(root, name), { digest, size, stamp } as StampedDigest),
    ) &&
    kept.folders.every(name => disk.look(long(root, name)) === "folder") &&
    kept.absent.every(name => disk.look(long(root, name)) === "absent") &&
    kept.files.every(name => disk.look(long(root, name)) === "file") &&
    kept.links.every(([name, to]) => {
      const fact = disk.look(long(root, name));
      return typeof fact === "object" && fact.to === to;
    })
  );
}

/** The same with the stats that files have now, if those are others: then the next look is a look at the stat alone. */
export function restamped(disk: Disk, kept: Witnesses): Witnesses | null {
  let changes = 0;
  const contents = kept.contents.map(one => {
    const known = disk.stamped(long(disk.root, one[0]));
    if (known === undefined || known.stamp === one[3] || known.stamp === null) return one;
    changes += 1;
    return [one[0], one[1], known.size, known.stamp] as const;
  });
  return changes === 0 ? null : { ...kept, contents };
}

/** What a sight was that is kept: to be added to. */
export function recall(disk: Disk, kept: Witnesses, sight: Sight): void {
  const seen = [...kept.absent, ...kept.folders, ...kept.files, ...kept.links.map(([name]) => name)];
  for (const name of seen) sight.seen.add(long(disk.root, name));
  for (const [name] of kept.contents) {
    sight.seen.add(long(disk.root, name));
    sight.read.add(long(disk.root, name));
  }
}

function short(root: string, place: string): string {
  return place.startsWith(root) && place[root.length] === path.sep
    ? place.slice(root.length + 1)
    : path.relative(root, place);
}

function long(root: string, name: string): string {
  return name.startsWith("..") || root.endsWith(path.sep) ? path.resolve(root, name) : root + path.sep + name;
}
