import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export interface Package {
  readonly name: string;
  readonly root: string;
}

const packages = new Map<string, Package | null>();

/** The nearest folder at or above `folder` with a package.json. */
export function packageOf(folder: string): Package | null {
  const known = packages.get(folder);
  if (known !== undefined) return known;
  const found = readPackage(folder) ?? (dirname(folder) === folder ? null : packageOf(dirname(folder)));
  packages.set(folder, found);
  return found;
}

function readPackage(folder: string): Package | null {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name?: unknown };
    return { name: typeof name === "string" ? name : "", root: folder };
  } catch {
    return null;
  }
}

/** Package name, path of the module from the package, `#`, name: the same on every machine. */
export function identityOf(module: string | null, name: string): string {
  if (module === null) return `#${name}`;
  const path = fileURLToPath(module);
  const home = packageOf(dirname(path));
  if (home === null) return `${path.split(sep).at(-1)}#${name}`;
  return `${home.name}/${relative(home.root, path).split(sep).join("/")}#${name}`;
}
