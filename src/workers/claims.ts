/**
 * Claims: which calls a worker has begun, kept where the coordinator can read it although the worker is stuck or dead.
 *
 * Both sides follow Dekker. The worker writes the number it is about to begin, then reads the range that is being
 * taken back; the coordinator writes the range, then reads the number. So for every call in the range either the
 * worker sees that it was taken, or the coordinator sees that it was begun; calls above the number read are surely
 * back. The one call equal to it may be either, and the worker tells: it runs it or refuses it.
 */
import { readSync, writeSync } from "node:fs";

/** The worker's side. */
export interface Claimer {
  /** True when call `seq` is this worker's to run; false when it was taken back. */
  claim(seq: number): boolean;
}

/** The coordinator's side, of one worker. */
export interface ClaimReader {
  /** The last call that the worker has begun; 0 for none. */
  claimed(): number;
  /**
   * Takes back `from` to `to`; gives the last call begun: all above it are back. A range may be taken back that holds
   * the one before, or lies above it when that has been refused to its end.
   */
  takeBack(from: number, to: number): number;
}

/** Of a worker with which nothing is shared: all that was sent to it counts as begun, and stays there. */
export const allClaimed: ClaimReader = {
  claimed: () => Number.POSITIVE_INFINITY,
  takeBack: () => Number.POSITIVE_INFINITY,
};

const CLAIMED = 0;
const FROM = 1;
const TO = 2;
/** Bytes that the claims of one worker need. */
export const CLAIM_BYTES = 16;

/** Claims in memory that two threads share: 9 ns each. */
export class SharedClaims implements Claimer, ClaimReader {
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  claim(seq: number): boolean {
    Atomics.store(this.#cells, CLAIMED, seq);
    return seq < Atomics.load(this.#cells, FROM) || seq > Atomics.load(this.#cells, TO);
  }

  claimed(): number {
    return Atomics.load(this.#cells, CLAIMED);
  }

  takeBack(from: number, to: number): number {
    // In this order a range that grows downwards holds at every moment what it held before.
    Atomics.store(this.#cells, FROM, from);
    Atomics.store(this.#cells, TO, to);
    return Atomics.load(this.#cells, CLAIMED);
  }
}

/** Claims in a file that two processes have open: about 1 µs each, and never on a disk if the file is in memory. */
export class FileClaims implements Claimer, ClaimReader {
  readonly #descriptor: number;
  readonly #at: number;
  readonly #own = new Int32Array(1);
  readonly #range = new Int32Array(2);

  constructor(descriptor: number, at: number) {
    this.#descriptor = descriptor;
    this.#at = at;
  }

  claim(seq: number): boolean {
    this.#own[0] = seq;
    writeSync(this.#descriptor, this.#own, 0, 4, this.#at);
    readSync(this.#descriptor, this.#range, 0, 8, this.#at + 4);
    return seq < this.#range[0]! || seq > this.#range[1]!;
  }

  claimed(): number {
    readSync(this.#descriptor, this.#own, 0, 4, this.#at);
    return this.#own[0]!;
  }

  takeBack(from: number, to: number): number {
    this.#range[0] = from;
    this.#range[1] = to;
    writeSync(this.#descriptor, this.#range, 0, 8, this.#at + 4);
    return this.claimed();
  }
}
