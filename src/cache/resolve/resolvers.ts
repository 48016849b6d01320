/** Files by the name they are imported under: enhanced-resolve, loaded when first needed. */
import { createRequire, isBuiltin } from "node:module";
import type { ResolveOptionsOptionalFS, Resolver } from "enhanced-resolve";
import type { Disk } from "./disk.ts";

/** How a TypeScript loader reads endings: `./x.js` may be written as x.ts. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".js", ".jsx"],
  ".jsx": [".tsx", ".ts", ".jsx", ".js"],
  ".mjs": [".mts", ".mjs"],
  ".cjs": [".cts", ".cjs"],
};
const ENDINGS = [".ts", ".tsx", ".js", ".jsx", ".mts", ".cts", ".mjs", ".cjs", ".json", ".node"];

/** With `written` first ./x.js is x.ts if there is one, with `exact` only if there is no x.js. */
export type Preference = "written" | "exact";

export type Found =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "nothing" };

const NOTHING = { kind: "nothing" } as const;

export class Resolvers {
  readonly #disk: Disk;
  readonly #conditions: readonly string[];
  readonly #made = new Map<string, Resolver>();

  constructor(disk: Disk, conditions: readonly string[]) {
    this.#disk = disk;
    this.#conditions = conditions;
  }

  /** A file by its path; endings and the index of a folder may be left out. */
  place(folder: string, place: string, prefer: Preference): Found {
    const resolver = this.#resolver(`place ${prefer}`, () => ({ ...this.#files(prefer), modules: [] }));
    return find(resolver, folder, escaped(place));
  }

  /** By the package's own `imports`. */
  internal(folder: string, name: string): Found {
    return find(this.#node(), folder, name);
  }

  /** A package's file by its `exports` or `main`; `name` is a package, with or without a path inside. */
  inPackage(folder: string, name: string): Found {
    return find(this.#node(), folder, name);
  }

  /** By `paths` and `baseUrl` of a tsconfig.json. */
  mapped(folder: string, name: string, config: string, prefer: Preference): Found {
    const resolver = this.#resolver(`mapped ${prefer} ${config}`, () => ({
      ...this.#files(prefer),
      modules: [],
      exportsFields: [],
      importsFields: [],
      tsconfig: { configFile: config },
    }));
    return find(resolver, folder, name);
  }

  #node(): Resolver {
    return this.#resolver("node", () => ({
      ...this.#files("exact"),
      modules: ["node_modules"],
      extensionAliasForExports: true,
      plugins: [{ apply: leaveBuiltins }],
    }));
  }

  #files(prefer: Preference): Omit<ResolveOptionsOptionalFS, "fileSystem"> {
    const alias = Object.entries(WRITTEN).map(([ending, endings]) => [
      ending,
      prefer === "written" ? [...endings] : [ending, ...endings.filter(one => one !== ending)],
    ]);
    return {
      conditionNames: [...this.#conditions],
      extensions: ENDINGS,
      extensionAlias: Object.fromEntries(alias) as Record<string, string[]>,
      mainFields: ["main"],
      mainFiles: ["index"],
      symlinks: false,
      pnpApi: null,
    };
  }

  #resolver(key: string, options: () => Omit<ResolveOptionsOptionalFS, "fileSystem">): Resolver {
    let resolver = this.#made.get(key);
    if (resolver === undefined) {
      resolver = factory().createResolver({
        ...options(),
        fileSystem: fileSystemOf(this.#disk) as never,
        useSyncFileSystemCalls: true,
      });
      this.#made.set(key, resolver);
    }
    return resolver;
  }
}

function factory(): typeof import("enhanced-resolve").ResolverFactory {
  const load = createRequire(import.meta.url);
  return (load("enhanced-resolve") as typeof import("enhanced-resolve")).ResolverFactory;
}

function find(resolver: Resolver, folder: string, request: string): Found {
  try {
    const file = resolver.resolveSync({}, folder, request);
    if (file === false) return NOTHING;
    return isBuiltin(file)
      ? { kind: "builtin", name: file.replace(/^node:/, "") }
      : { kind: "file", file: unescaped(file) };
  } catch {
    return NOTHING;
  }
}

/** `imports` of a package may name what is built into Node. */
function leaveBuiltins(resolver: Resolver): void {
  resolver.getHook("raw-module").tapAsync("builtins", (request, _, done) => {
    const name = request.request;
    if (name === undefined || !isBuiltin(name)) return done();
    done(null, { ...request, path: name });
  });
}

/** `?` and `#` begin a query and a fragment unless they are escaped. */
function escaped(place: string): string {
  return place.replace(/[?#]/g, "\0$&");
}

function unescaped(file: string): string {
  return file.replaceAll("\0", "");
}

/** What enhanced-resolve needs of a file system, each look recorded. Its errors carry no stack: they are answers. */
function fileSystemOf(disk: Disk): object {
  const missing = Object.freeze({ code: "ENOENT", message: "it is not there" });
  const contents = new Map<string, Buffer>();
  const manifests = new Map<string, unknown>();
  const read = (place: string) => {
    if (disk.digest(place) === null) throw missing;
    const bytes = contents.get(place) ?? disk.bytes(place)?.bytes;
    if (bytes === undefined) throw missing;
    contents.set(place, bytes);
    return bytes;
  };
  const stats = {
    file: { isFile: () => true, isDirectory: () => false },
    folder: { isFile: () => false, isDirectory: () => true },
  };
  return {
    statSync(place: string) {
      const kind = disk.kind(place);
      if (kind === "absent") throw missing;
      return stats[kind];
    },
    readFileSync: read,
    readJsonSync(place: string) {
      const bytes = read(place);
      if (!manifests.has(place)) manifests.set(place, JSON.parse(bytes.toString("utf8")));
      return manifests.get(place);
    },
    readlinkSync() {
      throw missing;
    },
    readdirSync() {
      throw missing;
    },
  };
}
