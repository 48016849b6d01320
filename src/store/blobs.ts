/**
 * Files of large results: `blobs/ab/cdef…`, named for the digest of what is in them, with `.br` behind it where that is
 * compressed. Equal contents are one file, whoever names it.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestBytes } from "../codec/digest.ts";
import type { PackedValue } from "../codec/packed.ts";
import { compress, decompress, LONG } from "./compress.ts";
import type { Drafts } from "./drafts.ts";
import type { BlobRef, CallKey } from "./entry.ts";
import { damaged } from "./failures.ts";
import type { Places } from "./folder.ts";
import { fromFile, toFile } from "./values.ts";

/** A blob as it was written, with what the file must hold. */
export interface WrittenBlob {
  readonly ref: BlobRef;
  readonly content: Uint8Array;
}

export class Blobs {
  readonly #folder: string;
  readonly #drafts: Drafts;

  constructor({ blobs }: Places, drafts: Drafts) {
    this.#folder = blobs;
    this.#drafts = drafts;
  }

  pathOf({ digest, size, stored }: Pick<BlobRef, "digest" | "size" | "stored">): string {
    return join(this.#folder, digest.slice(0, 2), `${digest.slice(2)}${stored < size ? ".br" : ""}`);
  }

  /** Null for a value that has no form as a file. The file is complete when this resolves. */
  async write(value: PackedValue, wanted: boolean | undefined): Promise<WrittenBlob | null> {
    const file = toFile(value);
    if (file === null) return null;
    const { tag, bytes } = file;
    const content = (await compress(bytes, wanted)) ?? bytes;
    const ref = { tag, digest: digestBytes(bytes), size: bytes.byteLength, stored: content.byteLength };
    const blob = { ref, content };
    if (this.#isThere(ref)) return blob;
    if (content.byteLength < LONG) this.#place(blob);
    else {
      const [made, path] = [this.#drafts.newPath(), this.pathOf(ref)];
      try {
        await writeFile(made, content);
        mkdirSync(dirname(path), { recursive: true });
        await rename(made, path);
      } catch (error) {
        rmSync(made, { force: true });
        throw error;
      }
    }
    return blob;
  }

  /** For who holds the lock of the index: writes the file again if it was removed in the meantime. */
  ensure(blob: WrittenBlob): void {
    if (!this.#isThere(blob.ref)) this.#place(blob);
  }

  #isThere(ref: BlobRef): boolean {
    return statSync(this.pathOf(ref), { throwIfNoEntry: false })?.size === ref.stored;
  }

  #place({ ref, content }: WrittenBlob): void {
    const [made, path] = [this.#drafts.newPath(), this.pathOf(ref)];
    try {
      writeFileSync(made, content);
      try {
        renameSync(made, path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        mkdirSync(dirname(path), { recursive: true });
        renameSync(made, path);
      }
    } catch (error) {
      // On a full disk every byte counts.
      rmSync(made, { force: true });
      throw error;
    }
  }

  /** What is wrong with a blob's file without reading it, in words; null if it looks well. */
  problem(ref: BlobRef): string | null {
    const stat = statSync(this.pathOf(ref), { throwIfNoEntry: false });
    if (stat === undefined) return "the file of its result is missing";
    if (stat.size === ref.stored) return null;
    return `the file of its result has ${stat.size} bytes instead of ${ref.stored}`;
  }

  /**
   * @param key Of the entry that is read, for messages.
   * @throws DamagedEntryError; a file with other contents than its name says is removed, so that it can be written anew.
   */
  async read(key: CallKey, ref: BlobRef): Promise<PackedValue> {
    const path = this.pathOf(ref);
    let content: Buffer;
    try {
      content = ref.stored < LONG ? readFileSync(path) : await readFile(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw damaged(key, "the file of its result is missing", error);
    }
    const bytes = ref.stored < ref.size ? await decompress(content, ref.size).catch(() => null) : content;
    if (bytes === null || digestBytes(bytes) !== ref.digest) {
      rmSync(path, { force: true });
      throw damaged(key, "the file of its result has other contents than were written");
    }
    return fromFile(ref.tag, bytes);
  }

  remove(ref: Pick<BlobRef, "digest" | "size" | "stored">): void {
    rmSync(this.pathOf(ref), { force: true });
  }
}
