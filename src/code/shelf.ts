/**
 * The code of others on this machine: files by their content, kept for all who come, and a folder in which they are laid
 * out for this process.
 */

import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, hostname } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { threadId } from "node:worker_threads";
import { type Digest, digestBytes } from "../codec/digest.ts";
import { ProtocolError } from "../errors.ts";
import { home } from "../platform.ts";
import { isRunning } from "../store/running.ts";
import { IncomingFile } from "./incoming-file.ts";
import { type CodeFile, type Manifest, machine } from "./manifest.ts";
import { tidy } from "./tidy.ts";

/** The environment variable that names the folder. */
export const CODE_VARIABLE = "HEDDLE_CODE";

/** In milliseconds: what was used so lately need not be marked as used. */
const FRESH = 60 * 60_000;

export class Shelf {
  readonly #blobs: string;
  readonly #tree: string;

  /** @throws The system's error, where nothing can be written. */
  constructor(folder = shelfFolder()) {
    this.#blobs = path.join(folder, "files");
    const trees = path.join(folder, "laid-out");
    const own = `${hostname()}-`;
    this.#tree = path.join(trees, own + process.pid);
    mkdirSync(this.#blobs, { recursive: true, mode: 0o700 });
    mkdirSync(trees, { recursive: true, mode: 0o700 });
    // Another machine may share this folder.
    for (const left of readdirSync(trees)) {
      const pid = left.startsWith(own) ? left.slice(own.length) : "";
      if (/^\d+$/.test(pid) && !isRunning(Number(pid))) remove(path.join(trees, left));
    }
    remove(this.#tree);
    tidy(folder);
    process.once("exit", () => remove(this.#tree));
  }

  has(digest: Digest): boolean {
    const blob = this.#blob(digest);
    const stat = statSync(blob, { throwIfNoEntry: false });
    const now = new Date();
    // Whoever tidies goes by that.
    if (stat !== undefined && now.getTime() - stat.mtimeMs > FRESH) utimesSync(blob, now, now);
    return stat !== undefined;
  }

  /** @throws ProtocolError for other content than was asked for. */
  put(digest: Digest, bytes: Uint8Array): void {
    if (digestBytes(bytes) !== digest) {
      throw new ProtocolError({ from: "the coordinator", problem: "a file of code is not what was asked for" });
    }
    const part = `${this.#blob(digest)}.${process.pid}-${threadId}`;
    mkdirSync(path.dirname(part), { recursive: true });
    writeFileSync(part, bytes, { mode: 0o444 });
    renameSync(part, this.#blob(digest));
  }

  /** Takes a file in, piece by piece. */
  begin(digest: Digest): IncomingFile {
    const blob = this.#blob(digest);
    mkdirSync(path.dirname(blob), { recursive: true });
    const part = `${blob}.${randomBytes(8).toString("hex")}`;
    return new IncomingFile(part, digest, () => blob);
  }

  /** Lays out all files, and gives the URL of the module. */
  layOut({ entry, files, links }: Manifest): string {
    for (const { path: place, digest } of files) {
      const target = this.#placeOf(place);
      if (existsSync(target)) continue;
      mkdirSync(path.dirname(target), { recursive: true });
      linkOrCopy(this.#blob(digest), target);
    }
    for (const { path: place, to } of links) this.#link(this.#placeOf(place), this.#placeOf(to));
    // Whoever imports heddle gets that of this process.
    this.#link(path.join(this.#tree, "node_modules/heddle"), path.dirname(fileURLToPath(home)));
    return pathToFileURL(this.#placeOf(entry)).href;
  }

  #link(place: string, to: string): void {
    mkdirSync(path.dirname(place), { recursive: true });
    if (!existsSync(place)) symlinkSync(to, place, "junction");
  }

  #blob(digest: Digest): string {
    return path.join(this.#blobs, digest.slice(0, 2), digest.slice(2));
  }

  #placeOf(place: string): string {
    return path.join(this.#tree, place);
  }
}

/** Where the code is for another kind of machine; null where that does not matter. */
export function foreign({ native }: Manifest): string | null {
  if (native === null || native.machine === machine) return null;
  return `${native.packages.join(", ")} ${native.packages.length === 1 ? "has" : "have"} native code for ${native.machine}, and this is ${machine}`;
}

/** Whether the project's own files, and the packages by their versions, are here as they are there. */
export function isHere({ files }: Manifest): boolean {
  const telling = files.filter(({ path: place, installed }) => !installed || path.basename(place) === "package.json");
  return telling.every(isSame);
}

function isSame({ path: place, digest }: CodeFile): boolean {
  try {
    return digestBytes(readFileSync(place)) === digest;
  } catch {
    return false;
  }
}

export function shelfFolder(): string {
  const named = process.env[CODE_VARIABLE];
  if (named !== undefined && named !== "") return named;
  return path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "heddle", "code");
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function remove(place: string): void {
  rmSync(place, { recursive: true, force: true });
}
