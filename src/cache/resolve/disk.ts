import { lstatSync, readlinkSync } from "node:fs";
import path from "node:path";
import type { Digest } from "../../codec/digest.ts";
import type { FileDigests, StampedDigest } from "../../store/file-digests.ts";

/** What is at a place, not following a link there: `to` is what the link says. */
export type Fact = "absent" | "folder" | "file" | { readonly to: string };

/** Everything that an answer depended on: places that were looked at, and files whose content was. */
export class Sight {
  readonly seen = new Set<string>();
  readonly read = new Set<string>();

  get size(): number {
    return this.seen.size + this.read.size;
  }

  add(other: Sight): void {
    for (const one of other.seen) this.seen.add(one);
    for (const one of other.read) this.read.add(one);
  }
}

/**
 * The file system as it was when it was first looked at, each place once, and a record of who looked where.
 *
 * Of a place below a folder that is not there only that folder is recorded: it says enough, and says it once.
 */
export class Disk {
  /** A real path; what lies above it is not looked at for places inside. */
  readonly root: string;
  /** Something changed while it was looked at: what was worked out holds for now, but is not to be kept. */
  torn = false;
  readonly #digests: FileDigests;
  readonly #facts = new Map<string, Fact>();
  readonly #contents = new Map<string, Digest | null>();
  #sight: Sight | null = null;

  constructor(root: string, digests: FileDigests) {
    this.root = root;
    this.#digests = digests;
  }

  /** What `act` looks at is recorded in `sight`, and not in the one around it. */
  watch<T>(sight: Sight, act: () => T): T {
    const outer = this.#sight;
    this.#sight = sight;
    try {
      return act();
    } finally {
      this.#sight = outer;
    }
  }

  /** Records in the present sight what was seen for an answer that is given again. */
  again(sight: Sight): void {
    this.#sight?.add(sight);
  }

  /** What is at a place whose folder is real. */
  look(place: string): Fact {
    this.#sight?.seen.add(place);
    let fact = this.#facts.get(place);
    if (fact === undefined) {
      fact = factOf(place);
      this.#facts.set(place, fact);
    }
    return fact;
  }

  /** The place with all links followed, or null if there is nothing. */
  real(place: string, hops = 0): string | null {
    const parent = path.dirname(place);
    if (place === this.root || parent === place) return place;
    const folder = this.real(parent, hops);
    if (folder === null || !this.#isFolder(folder)) return null;
    const here = path.join(folder, path.basename(place));
    const fact = this.look(here);
    if (fact === "absent") return null;
    if (typeof fact === "string") return here;
    return hops > 40 ? null : this.real(path.resolve(folder, fact.to), hops + 1);
  }

  /** What is at the place when links are followed. */
  kind(place: string): "absent" | "folder" | "file" {
    const real = this.real(place);
    if (real === null) return "absent";
    return this.#isFolder(real) ? "folder" : "file";
  }

  /** The content of a file; null where there is none that can be read. */
  bytes(place: string): { readonly bytes: Buffer; readonly digest: Digest } | null {
    const real = this.real(place);
    if (real === null) return null;
    this.#sight?.read.add(real);
    const read = orNull(() => this.#digests.read(real));
    const digest = read?.digest ?? null;
    if ((this.#contents.get(real) ?? digest) !== digest) this.torn = true;
    this.#contents.set(real, digest);
    return read;
  }

  digest(place: string): Digest | null {
    const real = this.real(place);
    if (real === null) return null;
    this.#sight?.read.add(real);
    let digest = this.#contents.get(real);
    if (digest === undefined) {
      digest = orNull(() => this.#digests.of(real))?.digest ?? null;
      this.#contents.set(real, digest);
    }
    return digest;
  }

  /** What is known of a file's content, with the stat that it holds for. */
  stamped(place: string): StampedDigest | undefined {
    return this.#digests.known(place);
  }

  /** True if the place is a file with that content, and no link: one look, where the stat agrees. */
  holds(place: string, expected: StampedDigest): boolean {
    const known = this.#contents.get(place);
    if (known !== undefined) return known === expected.digest && this.look(place) === "file";
    const stat = orNull(() => lstatSync(place, { bigint: true, throwIfNoEntry: false }));
    if (stat?.isFile() !== true) return false;
    this.#facts.set(place, "file");
    this.#digests.adopt(place, expected);
    const digest = orNull(() => this.#digests.of(place, stat))?.digest ?? null;
    this.#contents.set(place, digest);
    return digest === expected.digest;
  }

  #isFolder(real: string): boolean {
    return real === this.root || path.dirname(real) === real || this.look(real) === "folder";
  }
}

function factOf(place: string): Fact {
  const stat = orNull(() => lstatSync(place, { throwIfNoEntry: false }));
  if (stat == null) return "absent";
  if (stat.isDirectory()) return "folder";
  if (!stat.isSymbolicLink()) return "file";
  const to = orNull(() => readlinkSync(place));
  return to === null ? "absent" : { to };
}

/** What cannot be looked at counts as what is not there, as it does for Node's resolution. */
function orNull<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
