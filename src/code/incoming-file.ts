import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import type { Digest } from "../codec/digest.ts";

/** A file on its way here. */
export class IncomingFile {
  readonly #part: string;
  readonly #digest: Digest;
  readonly #place: () => string;
  readonly #hash: Hash = createHash("sha256");
  readonly #file: number;
  #closed = false;
  #size = 0;

  /** `part`: where nothing is yet; `place`: where it lies when it is whole. */
  constructor(part: string, digest: Digest, place: () => string, mode = 0o444) {
    this.#part = part;
    this.#digest = digest;
    this.#place = place;
    this.#file = openSync(part, "wx", mode);
  }

  /** In bytes: what has come. */
  get size(): number {
    return this.#size;
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#size += bytes.byteLength;
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(this.#file, bytes, at);
  }

  /** Gives its place; null if it is not what was to come. Nothing is left of it if this throws. */
  end(): string | null {
    try {
      this.#close();
      if (this.#hash.digest("hex") !== this.#digest) return null;
      const place = this.#place();
      renameSync(this.#part, place);
      return place;
    } finally {
      this.giveUp();
    }
  }

  /** The rest will not come. Nothing happens if it has ended. */
  giveUp(): void {
    try {
      this.#close();
      rmSync(this.#part, { force: true });
    } catch {
      // It stays, and nobody looks at it.
    }
  }

  /** Once: its number may be that of another file by now. */
  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
  }
}
