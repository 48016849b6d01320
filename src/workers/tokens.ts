/**
 * Claims of a process: a file that holds the numbers 1, 2, 3, …, read through one open file that two processes share.
 * The system gives each number to one reader: the worker reads the number of the call that it is about to begin, and
 * the coordinator takes calls back by reading on. One system call a claim, about 1 µs.
 */
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Claimer, ClaimReader, TakenBack } from "./claims.ts";

const BYTES = 4;
/** Numbers that are written at once: 64 KiB. */
const CHUNK = 16_384;
/** So many are left when more are written; taking back may use up some. */
const MARGIN = 1_024;
/** Numbers that have been read are given back to the system after so many. */
const KEPT = 1_048_576;

/** The worker's end. */
export class TokenClaimer implements Claimer {
  readonly #descriptor: number;
  readonly #cell = new Int32Array(1);
  /** The last number that this end has read. */
  #token = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  claim(seq: number): boolean {
    // Lower numbers are those of calls that were refused, or were skipped when others were taken back.
    while (this.#token < seq) {
      if (readSync(this.#descriptor, this.#cell, 0, BYTES, null) < BYTES) return false;
      this.#token = this.#cell[0]!;
    }
    return this.#token === seq;
  }
}

/** The coordinator's end. */
export class Tokens implements ClaimReader {
  readonly descriptor: number;
  #isOpen = true;
  /** The last number that has been written. */
  #top = 0;
  #freed = 0;

  /** Throws where the folder has no room for the first numbers. */
  constructor(folder: string) {
    this.descriptor = openNameless(folder);
    try {
      this.#write(1);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** In memory where the system has a place for it. */
  static open(): Tokens {
    try {
      return new Tokens("/dev/shm");
    } catch {
      return new Tokens(tmpdir());
    }
  }

  close(): void {
    if (this.#isOpen) closeSync(this.descriptor);
    this.#isOpen = false;
  }

  reserve(seq: number, from: number): boolean {
    if (seq + MARGIN <= this.#top) return true;
    try {
      if (this.#top - this.#freed < KEPT) this.#write(this.#top + 1);
      else this.#begin(from);
      return true;
    } catch {
      return seq < this.#top;
    }
  }

  /** One read, as the worker may claim a call between two. */
  takeBack(from: number, to: number): TakenBack {
    if (!this.#isOpen || to < from) return { claimed: to, last: to };
    const numbers = new Int32Array(to - from + 1);
    const read = Math.floor(readSync(this.descriptor, numbers, 0, numbers.byteLength, null) / BYTES);
    if (read === 0) return { claimed: to, last: to };
    // The number behind the last is read by the worker when it finds that its own is gone.
    return { claimed: numbers[0]! - 1, last: Math.max(to, numbers[read - 1]!) + 1 };
  }

  /** Frees what has been read. A worker that finds nothing to read meanwhile refuses its call, which is sent again. */
  #begin(from: number): void {
    ftruncateSync(this.descriptor, 0);
    this.#freed = this.#top;
    this.#top = from - 1;
    this.#write(from);
  }

  #write(from: number): void {
    const count = Math.max(0, this.#freed - from + 1) + CHUNK;
    const numbers = Int32Array.from({ length: count }, (_, i) => from + i);
    const written = writeSync(this.descriptor, numbers, 0, numbers.byteLength, (from - 1) * BYTES);
    if (written < numbers.byteLength) throw new Error("there is no room for the claims of calls");
    this.#top = from + count - 1;
  }
}

/** A file that is gone with the last process that has it open. */
function openNameless(folder: string): number {
  const path = join(folder, `heddle-claims-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const descriptor = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return descriptor;
}
