import { realpathSync } from "node:fs";
import { sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Memo } from "../../store/entry.ts";
import { importUser } from "../../workers/typescript.ts";
import { moduleLoadError } from "../../workers/unreachable.ts";
import { loading, type MadeTarget, registry } from "../declare/registry.ts";
import type { Places } from "../graph/places.ts";
import { findModules } from "./find.ts";

/** Loads a module of targets; `shown` is how messages name its file. */
export type LoadModule = (file: string, shown: string) => Promise<unknown>;

export interface Collected {
  /** The modules that were loaded, as places of the project. */
  readonly modules: readonly string[];
  readonly targets: readonly MadeTarget[];
}

/** As a program of the user's would import it: what it does on loading, it does. */
const loadHere: LoadModule = async (file, shown) => {
  try {
    await importUser(pathToFileURL(file).href);
  } catch (error) {
    throw moduleLoadError(shown, error, "this process");
  }
};

/**
 * Loads the modules of a project that define targets, one after the other, and gives the targets that are defined by
 * then: by these modules, and by others that they import and that nobody would have loaded otherwise.
 *
 * @throws ModuleLoadError
 */
export async function collect(
  paths: readonly string[],
  places: Places,
  memo: Memo | null,
  load: LoadModule = loadHere,
): Promise<Collected> {
  const modules = findModules(paths, places, memo);
  await loading(async () => {
    for (const module of modules) await load(places.absolute(module), module);
  });
  const chosen = new Set(modules.map(module => real(places.absolute(module))));
  const homes = new Map<string | null, boolean>();
  const isChosen = (module: string | null) => {
    let known = homes.get(module);
    if (known === undefined) {
      known = module !== null && isOf(real(fileURLToPath(module)), chosen, real(places.root));
      homes.set(module, known);
    }
    return known;
  };
  return { modules, targets: [...registry.loaded].filter(({ family }) => isChosen(family.definition.module)) };
}

function isOf(file: string, chosen: ReadonlySet<string>, root: string): boolean {
  if (chosen.has(file)) return true;
  return file.startsWith(root + sep) && !/\.target\.\w+$/.test(file);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
