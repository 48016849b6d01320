/** Where targets are defined: the `*.target.ts` of a project, or what else is named. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import type { Places } from "../graph/places.ts";
import { isAside, walk } from "./walk.ts";

const NAME = /\.target\.([cm]?[jt]s|[jt]sx)$/;

/** The modules below some folders, or named themselves, as places of the project, sorted. */
export function findModules(paths: readonly string[], places: Places): string[] {
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
      walk(
        place,
        places,
        folder => !isAside(folder),
        file => {
          if (NAME.test(file)) found.add(file);
        },
      );
    }
  }
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}

function kindOf(path: string): "file" | "folder" | "nothing" {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "nothing";
  return stat.isDirectory() ? "folder" : "file";
}
