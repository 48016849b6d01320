/** The folder of a cache's server: blobs and entries, each a file that is there whole or not at all. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, link, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Digest } from "../../codec/digest.ts";
import type { CallKey } from "../entry.ts";
import { readDocument } from "./document.ts";
import { digestIn, type ValueKey } from "./names.ts";

/** Milliseconds after which a file that was left half written is removed. */
const LEFT_OVER = 24 * 60 * 60 * 1000;

type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A body that is refused, with the status to say so. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class Files {
  readonly #folder: string;
  readonly #drafts: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#drafts = join(folder, "drafts");
  }

  static async open(folder: string): Promise<Files> {
    const files = new Files(folder);
    await mkdir(files.#drafts, { recursive: true });
    const now = Date.now();
    for (const name of await readdir(files.#drafts)) {
      const draft = join(files.#drafts, name);
      const found = await stat(draft).catch(() => null);
      if (found !== null && now - found.mtimeMs > LEFT_OVER) await rm(draft, { force: true });
    }
    return files;
  }

  blobPath(digest: Digest): string {
    return join(this.#folder, "blobs", digest.slice(0, 2), digest);
  }

  valuePath(value: ValueKey): string {
    return join(this.#folder, "values", value.slice(0, 2), value);
  }

  entryPath(key: CallKey): string {
    return join(this.#folder, "entries", key.slice(0, 2), key);
  }

  /** Takes the place of what lies there: that has the same bytes, or is damaged. @throws Refusal */
  putBlob(digest: Digest, body: Body, limit: number): Promise<void> {
    return this.#put(this.blobPath(digest), digest, body, limit, false);
  }

  /** The same; when it resolves, the value is on the disk. @throws Refusal */
  putValue(value: ValueKey, body: Body, limit: number): Promise<void> {
    return this.#put(this.valuePath(value), digestIn(value), body, limit, true);
  }

  async removeValue(value: ValueKey): Promise<void> {
    await rm(this.valuePath(value), { force: true });
  }

  async #put(path: string, digest: Digest, body: Body, limit: number, synced: boolean): Promise<void> {
    await this.#draft(async (draft, file) => {
      const hash = createHash("sha256");
      let size = 0;
      for await (const chunk of body) {
        size += chunk.length;
        if (size > limit) throw new Refusal(413, `a blob has at most ${limit} bytes`);
        hash.update(chunk);
        await file.appendFile(chunk);
      }
      if (hash.digest("hex") !== digest) throw new Refusal(422, "the body does not have this digest");
      if (synced) await file.sync();
      await file.close();
      await mkdir(dirname(path), { recursive: true });
      await rename(draft, path);
    });
  }

  /** False if another entry is there, whole: it stays. @throws Refusal */
  async putEntry(key: CallKey, text: string): Promise<boolean> {
    const problem = await this.#missing(key, text, false);
    if (problem !== undefined) throw new Refusal(422, problem);
    const path = this.entryPath(key);
    return this.#draft(async (draft, file) => {
      await file.writeFile(text);
      await file.close();
      await mkdir(dirname(path), { recursive: true });
      if (await linked(draft, path)) return true;
      const there = await readFile(path, "utf8");
      if (there === text) return true;
      if ((await this.#missing(key, there, true)) === undefined) return false;
      await rename(draft, path);
      return true;
    });
  }

  /** What an entry lacks to be of use. */
  async #missing(key: CallKey, text: string, thorough: boolean): Promise<string | undefined> {
    const document = readDocument(text, key);
    if (typeof document === "string") return document;
    const { value } = document;
    if ("inline" in value) return undefined;
    const path = this.blobPath(value.blob);
    const found = await stat(path).catch(() => null);
    if (found === null || found.size !== value.size) return "its blob is not here, or has another size";
    if (!thorough) return undefined;
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
    return hash.digest("hex") === value.blob ? undefined : "its blob is damaged";
  }

  /** A file of one's own, gone afterwards unless it was moved to its place. */
  async #draft<T>(write: (path: string, file: FileHandle) => Promise<T>): Promise<T> {
    const path = join(this.#drafts, randomUUID());
    const file = await open(path, "wx");
    try {
      return await write(path, file);
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  }
}

/** False if there is something at `path`. Of two at once, one succeeds. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    // A file system without links: of two at once the second may win.
    if ((await stat(path).catch(() => null)) !== null) return false;
    await rename(draft, path);
    return true;
  }
}
