/** Outputs on their way from where they were made to their places. */
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Places } from "../graph/places.ts";
import { STAGE } from "../work/stage.ts";
import type { Move } from "./log.ts";

/** A move on the disk, and where meanwhile that lies which was in its place. */
interface Way {
  readonly kind: Move["kind"];
  readonly from: string;
  readonly to: string;
  readonly before: string;
}

/** Does these moves, all or none: throws if one cannot be done, and takes back those before it. */
export function publish(moves: readonly Move[], places: Places): void {
  const ways = moves.map(move => wayOf(move, places));
  for (const { from } of ways) lstatSync(from);
  moveAll(ways);
}

/** The same, where some of them may have been done. */
export function resume(moves: readonly Move[], places: Places): void {
  moveAll(moves.map(move => wayOf(move, places)));
}

function wayOf({ kind, from, to }: Move, places: Places): Way {
  const staged = places.absolute(from);
  // No attempt is called so, and no other output of this one lies there.
  const before = join(`${dirname(staged)}.before`, basename(staged));
  return { kind, from: staged, to: places.absolute(to), before };
}

function moveAll(ways: readonly Way[]): void {
  const [only] = ways;
  // One rename is done or not.
  if (ways.length === 1 && only!.kind === "file") {
    if (existsSync(only!.from)) renameSync(only!.from, only!.to);
    return;
  }
  const begun: Way[] = [];
  try {
    for (const way of ways) {
      begun.push(way);
      move(way);
    }
  } catch (error) {
    for (const way of begun.reverse()) takeBack(way);
    throw error;
  }
  for (const { before } of ways) discard(dirname(before));
}

function move({ kind, from, to, before }: Way): void {
  if (!existsSync(from)) return;
  const there = lstatSync(to, { throwIfNoEntry: false });
  const fits = there !== undefined && (kind === "dir" || !there.isDirectory());
  if (fits && !isThere(before)) {
    mkdirSync(dirname(before), { recursive: true });
    if (kind === "dir" || !there.isFile() || !linked(to, before)) renameSync(to, before);
  }
  renameSync(from, to);
}

/** So that a file is never missing in its place. Not every file system has links. */
function linked(file: string, link: string): boolean {
  try {
    linkSync(file, link);
    return true;
  } catch {
    return false;
  }
}

/** As far as that is possible: what is not as it was recorded is made again. */
function takeBack({ from, to, before }: Way): void {
  try {
    // Not where it was not moved.
    if (!isThere(from) && isThere(to)) renameSync(to, from);
    if (isThere(before)) renameSync(before, to);
  } catch {
    // What the move itself failed with is told.
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Removes what attempts before the one that has made an output have left of it. `from` is where it was made. */
export function sweepEarlier(from: string): void {
  const stage = dirname(from);
  const end = stage.lastIndexOf(".") + 1;
  for (let attempt = Number(stage.slice(end)) - 1; attempt > 0; attempt -= 1) {
    const earlier = stage.slice(0, end) + attempt;
    discard(join(earlier, basename(from)));
    unlessUsed(earlier);
  }
}

/** Removes what attempts of a build have left in a folder that came to nothing. Other projects may build there too. */
export function sweep(folder: string, run: string): void {
  const stage = join(folder, STAGE);
  for (const name of namesIn(stage)) if (name.startsWith(`${run}.`)) discard(join(stage, name));
  unlessUsed(stage);
}

/** Removes a folder, unless something of others is in it, or it was never there. */
function unlessUsed(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {}
}

function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Nobody may write there any more; what is left does no harm.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
