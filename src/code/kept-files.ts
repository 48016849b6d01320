/** The files of others on this machine, as tasks get them: by their content, each under the name that it has at home. */
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import type { Digest } from "../codec/digest.ts";
import { ProtocolError } from "../errors.ts";
import { IncomingFile } from "./incoming-file.ts";
import { isDigest } from "./manifest.ts";
import { shelfFolder } from "./shelf.ts";
import { DRAFTS, tidy } from "./tidy.ts";

export class KeptFiles {
  readonly #folder: string;

  constructor(folder = shelfFolder()) {
    this.#folder = path.join(folder, "inputs");
    tidy(folder);
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
    const drafts = path.join(this.#folder, DRAFTS);
    mkdirSync(drafts, { recursive: true });
    const part = path.join(drafts, `${randomBytes(8).toString("hex")}.part`);
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

  /** @throws ProtocolError for what could lead elsewhere. */
  #homeOf(digest: Digest): string {
    if (!isDigest(digest)) throw new ProtocolError({ from: "the coordinator", problem: "a file without a digest" });
    return path.join(this.#folder, digest.slice(0, 2), digest.slice(2));
  }
}

function isWhole(place: string, size: number): boolean {
  const stat = statSync(place, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size === size;
}
