/** Keeps a store below a size while it is written to. */
import type { Entry } from "./entry.ts";

/** Measured again after this part of the limit was written, as other processes write too. */
const STEP = 1 / 20;
const DOWN_TO = 0.9;
/** A record of the index, about. */
const RECORD = 512;

interface Sizes {
  measure(): number;
  prune(size: number): Promise<number>;
}

export class Limit {
  readonly #most: number;
  readonly #sizes: Sizes;
  /** Bytes written since the store was measured. */
  #written = Number.POSITIVE_INFINITY;
  #work: Promise<void> | null = null;

  constructor(most: number, sizes: Sizes) {
    this.#most = most;
    this.#sizes = sizes;
  }

  wrote({ value, directory }: Entry): void {
    this.#written += RECORD + ("blob" in value ? value.blob.stored : 0);
    for (const { size } of directory?.files ?? []) this.#written += size;
    if (this.#written > this.#most * STEP) this.#work ??= this.#check();
  }

  async settled(): Promise<void> {
    await this.#work;
  }

  /** A store that could not be pruned is too large, which is no reason to fail the call whose result was kept. */
  async #check(): Promise<void> {
    try {
      this.#written = 0;
      if (this.#sizes.measure() > this.#most) await this.#sizes.prune(this.#most * DOWN_TO);
    } catch {
      // The next write tries again.
    } finally {
      this.#work = null;
    }
  }
}
