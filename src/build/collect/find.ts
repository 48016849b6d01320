/** Where targets are defined: the `*.target.ts` of a project, or what else is named. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import type { Memo } from "../../store/entry.ts";
import type { Places } from "../graph/places.ts";
import { isAside, walk } from "./walk.ts";

const NAME = /\.target\.([cm]?[jt]s|[jt]sx)$/;

/** The modules below some folders, or named themselves, as places of the project, sorted. */
export function findModules(paths: readonly string[], places: Places, memo: Memo | null = null): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const place = places.of(resolve(places.root, path));
    const kind = kindOf(places.absolute(place));
    if (kind === "file") found.add(place);
    else if (kind === "nothing") {
      throw new UsageError({
        problem: `There is no file or folder ${path}`,
        hint: "Paths start at the project's root.",
      });
    } else {
      for (const file of modulesBelow(place, places, memo)) found.add(file);
    }
  }
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}

/** What is kept of a folder: its stat, the folders in it, and the modules. */
type KnownFolder = readonly [stat: string, folders: readonly string[], modules: readonly string[]];

/** Folders of which the stat tells that nothing was added or taken away are not read again. */
function* modulesBelow(folder: string, places: Places, memo: Memo | null): Generator<string> {
  const open = [folder];
  for (const at of open) {
    const stat = stampOf(places.absolute(at));
    const kept = stat === null ? undefined : (memo?.get(`find:${at}`) as KnownFolder | undefined);
    const [, folders, modules] = kept !== undefined && kept[0] === stat ? kept : read(at, places);
    if (stat !== null && kept?.[0] !== stat) memo?.put(`find:${at}`, [stat, folders, modules]);
    yield* modules;
    open.push(...folders);
  }
}

function read(folder: string, places: Places): KnownFolder {
  const folders: string[] = [];
  const modules: string[] = [];
  walk(
    folder,
    places,
    inner => {
      if (!isAside(inner)) folders.push(inner);
      return false;
    },
    file => {
      if (NAME.test(file)) modules.push(file);
    },
  );
  return ["", folders, modules];
}

/** Null where something may be added yet without a change of it: clocks of file systems tick every two seconds. */
function stampOf(folder: string): string | null {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined || Math.max(stat.mtimeMs, stat.ctimeMs) > Date.now() - 2_000) return null;
  return `${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}`;
}

function kindOf(path: string): "file" | "folder" | "nothing" {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "nothing";
  return stat.isDirectory() ? "folder" : "file";
}
