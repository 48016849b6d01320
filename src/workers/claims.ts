/**
 * Claims: which calls a worker has begun, kept where the coordinator can read it although the worker is stuck or dead.
 * A worker claims its calls in the order of their places; what it has not claimed can be taken back, all at once.
 */

/** The worker's side. */
export interface Claimer {
  /** True when call `seq` is this worker's to run; false when it was taken back. */
  claim(seq: number): boolean;
}

/** The coordinator's side, of one worker. */
export interface ClaimReader {
  /** Makes room for the claims of `seq` and many behind it, where all before `from` have begun; false if there is none. */
  reserve(seq: number, from: number): boolean;
  /** Takes back every call up to `to` that has not begun, where all before `from` have. */
  takeBack(from: number, to: number): TakenBack;
}

export interface TakenBack {
  /** The last call begun: all above it are back. That one itself may be either, and the worker tells. */
  readonly claimed: number;
  /** The last place that is used up, by a call or in taking back. */
  readonly last: number;
}

/** Of a worker with which nothing is shared: all that was sent to it counts as begun, and stays there. */
export const allClaimed: ClaimReader = {
  reserve: () => true,
  takeBack: (_, to) => ({ claimed: Number.POSITIVE_INFINITY, last: to }),
};

const CLAIMED = 0;
const TAKEN = 1;
/** Bytes that claims in shared memory need. */
export const CLAIM_BYTES = 8;

/**
 * Claims in memory that two threads share: 9 ns each.
 *
 * Both sides follow Dekker. The worker writes the number it is about to begin, then reads what is being taken back; the
 * coordinator writes how far it takes back, then reads the number. So for every call either the worker sees that it
 * was taken, or the coordinator sees that it was begun.
 */
export class SharedClaims implements Claimer, ClaimReader {
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  claim(seq: number): boolean {
    Atomics.store(this.#cells, CLAIMED, seq);
    return seq > Atomics.load(this.#cells, TAKEN);
  }

  reserve(): boolean {
    return true;
  }

  takeBack(_: number, to: number): TakenBack {
    Atomics.store(this.#cells, TAKEN, to);
    return { claimed: Atomics.load(this.#cells, CLAIMED), last: to };
  }
}
