/** Finds what a module needs to be loaded elsewhere: the files of the project that it reaches, and packages. */
import { existsSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { assetOf, isSource } from "../cache/closure/assets.ts";
import type { FileRecord } from "../cache/closure/record.ts";
import { Records } from "../cache/closure/records.ts";
import { conditionsOf, flagsOfProcess } from "../cache/resolve/conditions.ts";
import { Disk } from "../cache/resolve/disk.ts";
import { DiskProject } from "../cache/resolve/project.ts";
import { named } from "../cache/resolve/specifier.ts";
import { findRoot } from "../config/find.ts";
import { formatSize } from "../config/size.ts";
import { platform } from "../platform.ts";
import { FileDigests } from "../store/file-digests.ts";
import { type CodeFile, type Manifest, machine } from "./manifest.ts";
import { filesBelow, InstalledPackages } from "./packages.ts";

/** In bytes: more is hardly code. */
const MOST = 1024 ** 3;
/** What says how modules are meant, in their folder or above. */
const SETTINGS = ["package.json", "tsconfig.json"];

/** @throws Error that says what is in the way. */
export function gatherCode(module: string): Manifest {
  const entry = realpathSync(fileURLToPath(module));
  const gathering = new Gathering(findRoot(path.dirname(entry)));
  gathering.module(entry);
  return gathering.manifest(entry);
}

class Gathering {
  readonly #digests = new FileDigests(null);
  readonly #project: DiskProject;
  readonly #records: Records;
  readonly #packages = new InstalledPackages();
  readonly #own = new Set<string>();
  readonly #folders = new Set<string>();

  constructor(root: string) {
    const loader = platform.loader === null && platform.stripsTypes ? "node" : "tsx";
    this.#project = new DiskProject(new Disk(realpathSync(root), this.#digests), {
      loader,
      conditions: conditionsOf(flagsOfProcess()),
    });
    this.#records = new Records(this.#project, null);
  }

  module(entry: string): void {
    const waiting = [entry];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (this.#own.has(file)) continue;
      this.#add(file);
      const record = isSource(file) ? this.#records.of(file) : null;
      if (record === null) continue;
      for (const asset of reached(record, "assets")) this.#asset(assetOf(file, asset));
      for (const specifier of [...record.loads, ...reached(record, "imports")]) {
        const name = named(file, specifier);
        if (name.kind === "package") this.#packages.add(path.dirname(file), name.name);
        const found = this.#project.resolve(file, specifier);
        // What is not found here is not found there either.
        if (found.kind === "source" || found.kind === "data") waiting.push(found.path);
      }
    }
  }

  manifest(entry: string): Manifest {
    const own = [...this.#own].map(file => this.#file(file, false));
    const sizes = new Map<string, number>();
    const native = new Set<string>();
    const installed = [...this.#packages.files()].map(({ path: place, package: folder }) => {
      const file = this.#file(place, true);
      sizes.set(folder, (sizes.get(folder) ?? 0) + file.size);
      if (place.endsWith(".node")) native.add(path.basename(folder));
      return file;
    });
    const files = [...own, ...installed];
    const total = files.reduce((sum, { size }) => sum + size, 0);
    if (total > MOST) throw new Error(tooMuch(total, sizes));
    return {
      entry,
      files,
      links: [...this.#packages.links.values()],
      native: native.size === 0 ? null : { machine, packages: [...native] },
    };
  }

  #asset(place: string): void {
    const stat = statSync(place, { throwIfNoEntry: false });
    if (stat?.isFile() === true) this.#add(realpathSync(place));
    else if (stat?.isDirectory() === true) for (const file of filesBelow(realpathSync(place))) this.#add(file);
  }

  #add(file: string): void {
    this.#own.add(file);
    for (let at = path.dirname(file); !this.#folders.has(at); at = path.dirname(at)) {
      this.#folders.add(at);
      for (const name of SETTINGS) if (existsSync(path.join(at, name))) this.#own.add(path.join(at, name));
      if (existsSync(path.join(at, "package.json")) || path.dirname(at) === at) break;
    }
  }

  #file(file: string, installed: boolean): CodeFile {
    const found = this.#digests.of(file);
    if (found === null) throw new Error(`${file} is gone`);
    return { path: file, digest: found.digest, size: found.size, installed };
  }
}

function reached({ items, tasks }: FileRecord, what: "assets" | "imports"): string[] {
  return [...items, ...tasks].flatMap(item => item[what]);
}

function tooMuch(total: number, sizes: ReadonlyMap<string, number>): string {
  const [largest, size] = [...sizes].sort(([, one], [, other]) => other - one)[0] ?? ["the project", total];
  return `it needs ${formatSize(total)} of files, more than ${formatSize(MOST)}; the largest package is ${path.basename(largest)} with ${formatSize(size)}`;
}
