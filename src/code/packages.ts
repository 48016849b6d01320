/** Installed packages as files: the whole of each, as what it loads while it runs cannot be told from its text. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import type { CodeLink } from "./manifest.ts";

const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", ".git", ".cache"]);

export class InstalledPackages {
  readonly links = new Map<string, CodeLink>();
  /** By its folder, the files of each. */
  readonly #files = new Map<string, readonly string[]>();

  /** The package that a name means in the modules of a folder, and all that it needs. */
  add(folder: string, name: string): void {
    const wanted: (readonly [folder: string, name: string])[] = [[folder, name]];
    for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
      const found = this.#find(...next);
      if (found === null || !isInstalled(found) || this.#files.has(found)) continue;
      this.#files.set(found, [...filesBelow(found)]);
      for (const needed of neededBy(found)) wanted.push([found, needed]);
    }
  }

  *files(): Generator<{ readonly path: string; readonly package: string }> {
    for (const [folder, files] of this.#files) for (const file of files) yield { path: file, package: folder };
  }

  /** Where it really lies. */
  #find(folder: string, name: string): string | null {
    if (name === "heddle") return null;
    for (let at = folder; ; at = path.dirname(at)) {
      const place = path.join(at, "node_modules", name);
      if (path.basename(at) !== "node_modules" && existsSync(path.join(place, "package.json"))) {
        const real = realpathSync(place);
        if (real !== place) this.links.set(place, { path: place, to: real });
        return real;
      }
      if (path.dirname(at) === at) return null;
    }
  }
}

/** What is linked to from there, such as a workspace, is the user's own code, of which only what is reached counts. */
function isInstalled(folder: string): boolean {
  return folder.split(path.sep).includes("node_modules");
}

function neededBy(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  const kinds = ["dependencies", "optionalDependencies", "peerDependencies"];
  return kinds.flatMap(kind => Object.keys((manifest[kind] ?? {}) as object));
}

/** All files in a folder, save those of packages in it. */
export function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!LEFT_OUT.has(entry.name)) yield* filesBelow(place);
    } else if (entry.isFile()) yield place;
  }
}
