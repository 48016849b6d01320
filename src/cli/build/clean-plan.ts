/** What `heddle clean` may delete: what a build made, as it made it, and nothing that git tracks. */
import { lstatSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";
import type { TargetRecord } from "../../build/freshness/record.ts";
import { isOutside, type Places } from "../../build/graph/places.ts";
import type { Files } from "../../build/records/files.ts";

/** Why something is left where it is. */
export type Kept = "edited" | "tracked" | "link" | "outside" | "accepted";

export interface Leftover {
  /** A place. */
  readonly path: string;
  /** Of a folder that is an output, what is in it. */
  readonly files: readonly string[];
  readonly isFolder: boolean;
  readonly size: number;
  /** Who made it. */
  readonly target: string;
  readonly identity: string;
  /** Its target is gone. */
  readonly orphan: boolean;
  /** Null if it is to be deleted. */
  readonly kept: Kept | null;
}

export interface CleanFacts {
  readonly files: Files;
  readonly places: Places;
  /** Outputs may lie outside the project. */
  readonly outside: boolean;
  /** Of files, by absolute paths, those that git tracks. */
  readonly tracked: (files: readonly string[]) => ReadonlySet<string>;
}

/** What is still there of the outputs of these records. Outputs that other targets make by now are not among them. */
export function leftovers(
  records: readonly { readonly record: TargetRecord; readonly orphan: boolean }[],
  facts: CleanFacts,
): Leftover[] {
  const found = records.flatMap(({ record, orphan }) => outputsOf(record, orphan, facts));
  const tracked = facts.tracked(found.flatMap(({ files }) => files.map(each => facts.places.absolute(each))));
  return found.map(each => {
    const isTracked = each.files.some(file => tracked.has(facts.places.absolute(file)));
    return isTracked ? { ...each, kept: "tracked" } : each;
  });
}

function outputsOf(record: TargetRecord, orphan: boolean, { files, places, outside }: CleanFacts): Leftover[] {
  const { name: target, identity, makes, run } = record;
  return makes.flatMap(({ path: place, digest }): Leftover[] => {
    const whole = places.absolute(place);
    const common = { path: place, target, identity, orphan, files: [place], isFolder: false, size: 0 };
    if (path.resolve(whole) !== whole || (isOutside(place) && !outside)) return [{ ...common, kept: "outside" }];
    const stat = lstatSync(whole, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (stat.isSymbolicLink() || isBehindLink(place, places)) return [{ ...common, kept: "link" }];
    const now = files.at(place);
    const isFolder = now.is === "dir";
    const others = isFolder ? othersIn(whole) : null;
    const kept = now.digest !== digest ? "edited" : run === "" ? "accepted" : others;
    return [{ ...common, files: isFolder ? files.inFolder(place) : [place], isFolder, size: now.size, kept }];
  });
}

/** What lies in a folder and is neither file nor folder: that is none of what digests are of, or leads elsewhere. */
function othersIn(folder: string): Kept | null {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) return "link";
    if (!entry.isFile() && !entry.isDirectory()) return "edited";
  }
  return null;
}

/** Whether a folder on the way to it leads elsewhere. */
function isBehindLink(place: string, { root }: Places): boolean {
  if (isOutside(place)) return false;
  const folder = path.dirname(place);
  return realpathSync(path.join(root, folder)) !== path.join(realpathSync(root), folder);
}
