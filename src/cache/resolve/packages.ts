import path from "node:path";
import { type Digest, digestBytes } from "../../codec/digest.ts";
import { type Disk, Sight } from "./disk.ts";

export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  /** The real folder. */
  readonly folder: string;
  /** It lies outside every `node_modules` folder: a workspace, or a folder that was linked. */
  readonly linked: boolean;
}

interface Node extends PackageFacts {
  /** What counts of the package itself. */
  readonly mark: string;
  readonly needs: readonly string[];
  /** Other packages that may be installed: names, sorted. */
  readonly wants: readonly string[];
}

/**
 * Packages by name and version.
 *
 * The fingerprint of a package is that of all packages which its dependencies reach as they are installed, so that it
 * changes when one far below is upgraded. What is written into an installed package by hand, or by a tool that
 * patches packages in place, is not seen: its version stays the same. Of a linked package that is reached through an
 * installed one only its package.json counts, beside its name and version.
 */
export class Packages {
  readonly #disk: Disk;
  readonly #nodes = new Map<string, readonly [Node, Sight]>();
  readonly #links = new Map<string, readonly [readonly Link[], Sight]>();
  readonly #prints = new Map<string, readonly [string, Sight]>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** The folder of a package as Node finds it: in the `node_modules` of `folder` and of all above it. */
  find(folder: string, name: string): string | null {
    for (let at = folder; ; at = path.dirname(at)) {
      if (path.basename(at) !== "node_modules") {
        const place = path.join(at, "node_modules", name);
        if (this.#disk.kind(place) === "folder") return this.#disk.real(place);
      }
      if (path.dirname(at) === at) return null;
    }
  }

  /** The nearest package.json at or above a folder. */
  around(folder: string): string | null {
    for (let at = folder; ; at = path.dirname(at)) {
      if (this.#disk.kind(path.join(at, "package.json")) === "file") return at;
      if (path.dirname(at) === at) return null;
    }
  }

  /** The package in which an installed file lies: the folder right below the last `node_modules`. */
  ownerOf(file: string): string | null {
    const parts = file.split(path.sep);
    const at = parts.lastIndexOf("node_modules");
    if (at === -1) return null;
    return parts.slice(0, at + (parts[at + 1]?.startsWith("@") === true ? 3 : 2)).join(path.sep);
  }

  isInstalled(place: string): boolean {
    const { root } = this.#disk;
    // A project that itself lies in such a folder, as in a cache there, is the user's all the same.
    const inside = place.startsWith(root + path.sep) ? place.slice(root.length) : place;
    return inside.split(path.sep).includes("node_modules");
  }

  facts(folder: string): PackageFacts {
    return this.#node(folder);
  }

  manifest(folder: string): Readonly<Record<string, unknown>> {
    const read = this.#disk.bytes(path.join(folder, "package.json"));
    return read === null ? {} : parse(read.bytes.toString("utf8"));
  }

  fingerprint(folder: string): string {
    return this.#remembered(this.#prints, folder, () => this.#print(folder));
  }

  /** In the order in which they are found, so that the same packages give the same text wherever they lie. */
  #print(folder: string): string {
    const numbers = new Map([[folder, 0]]);
    const lines: string[] = [];
    for (const at of numbers.keys()) {
      const links = this.#dependencies(at).map(({ name, to }) => {
        if (to === null) return `${name}:missing`;
        if (!numbers.has(to)) numbers.set(to, numbers.size);
        return `${name}:${numbers.get(to)}`;
      });
      lines.push(`${this.#node(at).mark} ${links.join(" ")}`);
    }
    return digestBytes(lines.join("\n")).slice(0, 40);
  }

  #dependencies(folder: string): readonly Link[] {
    return this.#remembered(this.#links, folder, () => {
      const { needs, wants } = this.#node(folder);
      const found = [...new Set([...needs, ...wants])].sort().map(name => ({ name, to: this.find(folder, name) }));
      return found.filter(({ name, to }) => to !== null || needs.includes(name));
    });
  }

  #node(folder: string): Node {
    return this.#remembered(this.#nodes, folder, () => {
      const read = this.#disk.bytes(path.join(folder, "package.json"));
      const content = read === null ? {} : parse(read.bytes.toString("utf8"));
      const name = text(content["name"]) ?? path.basename(folder);
      const version = text(content["version"]) ?? "?";
      const linked = !this.isInstalled(folder);
      const exact = linked || version === "?" ? ` ${read?.digest ?? ("" as Digest)}` : "";
      const optional = keysOf(content["optionalDependencies"]);
      return {
        name,
        version,
        folder,
        linked,
        mark: `${name}@${version}${exact}`,
        needs: keysOf(content["dependencies"]).filter(one => !optional.includes(one) && counts(one)),
        wants: [...optional, ...keysOf(content["peerDependencies"])].filter(counts),
      };
    });
  }

  /** Works something out once, and tells whoever asks what it depended on. */
  #remembered<T>(memory: Map<string, readonly [T, Sight]>, key: string, work: () => T): T {
    const known = memory.get(key);
    if (known !== undefined) {
      this.#disk.again(known[1]);
      return known[0];
    }
    const sight = new Sight();
    const result = this.#disk.watch(sight, work);
    memory.set(key, [result, sight]);
    this.#disk.again(sight);
    return result;
  }
}

interface Link {
  readonly name: string;
  readonly to: string | null;
}

/** A newer heddle gives the same results: packages that bring tasks do not change with it. */
function counts(name: string): boolean {
  return name !== "heddle";
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(json.replace(/^\uFEFF/, ""));
    return typeof content === "object" && content !== null ? (content as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}
