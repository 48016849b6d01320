/** The files of others on this machine, as tasks get them: by their content, each under the name that it has at home. */
import { createHash, type Hash, randomBytes } from "node:crypto";
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import type { Digest } from "../codec/digest.ts";
import { shelfFolder } from "./shelf.ts";

export class KeptFiles {
  readonly #folder: string;

  constructor(folder = path.join(shelfFolder(), "inputs")) {
    this.#folder = folder;
  }

  /** Where the file lies; null if it does not. */
  find(digest: Digest, name: string, size: number): string | null {
    const home = this.#homeOf(digest);
    const place = path.join(home, name);
    try {
      if (!isWhole(place, size) && !this.#linked(home, place, size)) return null;
      const now = new Date();
      // Whoever tidies goes by that.
      utimesSync(home, now, now);
      return place;
    } catch {
      return null;
    }
  }

  /** Takes a file in, piece by piece. */
  begin(digest: Digest, name: string): IncomingFile {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const part = path.join(this.#folder, `${randomBytes(8).toString("hex")}.part`);
    return new IncomingFile(part, digest, () => {
      const place = path.join(this.#homeOf(digest), name);
      mkdirSync(path.dirname(place), { recursive: true });
      return place;
    });
  }

  /** The same content may have come under another name. */
  #linked(home: string, place: string, size: number): boolean {
    const other = readdirSync(home).find(name => isWhole(path.join(home, name), size));
    if (other === undefined) return false;
    linkSync(path.join(home, other), place);
    return true;
  }

  #homeOf(digest: Digest): string {
    return path.join(this.#folder, digest.slice(0, 2), digest.slice(2));
  }
}

/** A file on its way here. */
export class IncomingFile {
  readonly #part: string;
  readonly #digest: Digest;
  readonly #place: () => string;
  readonly #hash: Hash = createHash("sha256");
  readonly #file: number;

  /** `place`: where it lies when it is whole. */
  constructor(part: string, digest: Digest, place: () => string, mode = 0o444) {
    this.#part = part;
    this.#digest = digest;
    this.#place = place;
    this.#file = openSync(part, "w", mode);
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(this.#file, bytes, at);
  }

  /** Gives its place; null if it is not what was to come. */
  end(): string | null {
    closeSync(this.#file);
    if (this.#hash.digest("hex") !== this.#digest) {
      rmSync(this.#part, { force: true });
      return null;
    }
    const place = this.#place();
    renameSync(this.#part, place);
    return place;
  }

  /** The rest will not come. */
  giveUp(): void {
    closeSync(this.#file);
    rmSync(this.#part, { force: true });
  }
}

function isWhole(place: string, size: number): boolean {
  const stat = statSync(place, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size === size;
}
