import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Digest } from "../../codec/digest.ts";
import { home } from "../../platform.ts";
import type { Project, Resolution } from "../code/project.ts";
import { type Disk, Sight } from "./disk.ts";
import { Packages } from "./packages.ts";
import { type Found, type Preference, Resolvers } from "./resolvers.ts";
import { named } from "./specifier.ts";

export interface Resolving {
  /** Who loads TypeScript: a loader, which prefers x.ts for ./x.js and knows tsconfig's paths, or Node itself. */
  readonly loader: "tsx" | "node";
  /** For `exports` and `imports` of packages. */
  readonly conditions: readonly string[];
}

const HEDDLE = fileURLToPath(home);
const CODE = /\.([cm]?[jt]s|[jt]sx)$/;
const TYPED = /\.([cm]?ts|tsx)$/;

/** What imports mean, by Node's rules and those of TypeScript's loaders, and what the files say. */
export class DiskProject implements Project {
  readonly root: string;
  readonly #disk: Disk;
  readonly #loader: Resolving["loader"];
  readonly #packages: Packages;
  readonly #resolvers: Resolvers;
  readonly #known = new Map<string, readonly [Resolution, Sight]>();

  constructor(disk: Disk, { loader, conditions }: Resolving) {
    this.root = disk.root;
    this.#disk = disk;
    this.#loader = loader;
    this.#packages = new Packages(disk);
    this.#resolvers = new Resolvers(disk, conditions);
  }

  read(file: string): { readonly text: string; readonly digest: Digest } | null {
    const read = this.#disk.bytes(file);
    return read === null ? null : { text: read.bytes.toString("utf8"), digest: read.digest };
  }

  digestOf(file: string): Digest | null {
    return this.#disk.digest(file);
  }

  /** What `specifier` means in the file `from`, whose path is real. */
  resolve(from: string, specifier: string): Resolution {
    const prefer = this.#loader === "tsx" && TYPED.test(from) ? "written" : "exact";
    const key = `${prefer} ${path.dirname(from)}\0${specifier}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      const sight = new Sight();
      known = [this.#disk.watch(sight, () => this.#resolve(from, specifier, prefer)), sight];
      this.#known.set(key, known);
    }
    this.#disk.again(known[1]);
    return known[0];
  }

  #resolve(from: string, specifier: string, prefer: Preference): Resolution {
    const name = named(from, specifier);
    const folder = path.dirname(from);
    if (name.kind === "builtin") return name;
    // Such as "@/lib": paths of tsconfig.json may begin in any way.
    if (name.kind === "strange") {
      return this.#mapped(folder, specifier, prefer) ?? unknown(specifier, name.problem);
    }
    if (name.kind === "place") {
      return (
        this.#meant(this.#resolvers.place(folder, name.place, prefer)) ?? unknown(specifier, "there is no such file")
      );
    }
    if (name.kind === "package" && name.name === "heddle") return { kind: "heddle" };
    const byNode = () =>
      name.kind === "internal"
        ? this.#meant(this.#resolvers.internal(folder, name.name))
        : this.#package(folder, name.name, name.whole);
    const byPaths = () => this.#mapped(folder, specifier, prefer);
    const found = this.#loader === "tsx" ? (byPaths() ?? byNode()) : (byNode() ?? byPaths());
    return found ?? unknown(specifier, this.#missing(folder, name.kind));
  }

  #package(folder: string, name: string, whole: string): Resolution | null {
    const around = this.#packages.around(folder);
    const own = around === null ? {} : this.#packages.manifest(around);
    if (own["name"] === name && own["exports"] != null) return this.#meant(this.#resolvers.inPackage(folder, whole));
    const found = this.#packages.find(folder, name);
    if (found === null) return null;
    return this.#packages.isInstalled(found)
      ? this.#installed(found, null)
      : this.#meant(this.#resolvers.inPackage(folder, whole));
  }

  #mapped(folder: string, name: string, prefer: Preference): Resolution | null {
    for (let at = folder; ; at = path.dirname(at)) {
      const config = path.join(at, "tsconfig.json");
      if (this.#disk.kind(config) === "file") {
        return this.#meant(this.#resolvers.mapped(folder, name, config, prefer));
      }
      if (path.dirname(at) === at) return null;
    }
  }

  /** Sorts what was found: by where it really lies. */
  #meant(found: Found): Resolution | null {
    if (found.kind === "builtin") return found;
    const file = found.kind === "file" ? this.#disk.real(found.file) : null;
    if (file === null) return null;
    if (file.startsWith(HEDDLE)) return { kind: "heddle" };
    const owner = this.#packages.isInstalled(file) ? this.#packages.ownerOf(file) : null;
    if (owner !== null) return this.#installed(owner, file);
    return { kind: CODE.test(file) ? "source" : "data", path: file };
  }

  #installed(folder: string, file: string | null): Resolution {
    const { name, version } = this.#packages.facts(folder);
    if (name === "heddle") return { kind: "heddle" };
    return { kind: "package", name, version, fingerprint: this.#packages.fingerprint(folder), path: file };
  }

  #missing(folder: string, kind: "internal" | "package"): string {
    if (kind === "internal") return "the package.json around it has no such entry in its imports, or no file for it";
    for (let at = folder; ; at = path.dirname(at)) {
      if (this.#disk.kind(path.join(at, ".pnp.cjs")) === "file") {
        return "packages are installed with Yarn Plug'n'Play (.pnp.cjs), which is not read: set nodeLinker to node-modules";
      }
      if (path.dirname(at) === at) return "no such package is installed, or it has no such file";
    }
  }
}

function unknown(specifier: string, problem: string): Resolution {
  return { kind: "unknown", problem: `"${specifier}" was not found: ${problem}` };
}
