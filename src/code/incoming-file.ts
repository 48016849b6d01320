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
