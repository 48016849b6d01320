/** Room for records that are made one after the other, and go together: many of them lie in one piece of memory. */
const PIECE = 64 * 1024;

export class Arena {
  #piece = Buffer.allocUnsafeSlow(PIECE);
  /** Where the next one begins. */
  start = 0;

  /** A piece in which so many bytes are free behind `start`. */
  reserve(most: number): Buffer {
    if (most > this.#piece.length - this.start) {
      this.#piece = Buffer.allocUnsafeSlow(Math.max(PIECE, most));
      this.start = 0;
    }
    return this.#piece;
  }

  /** What was written behind `start`. */
  take(size: number): Buffer {
    const taken = this.#piece.subarray(this.start, this.start + size);
    this.start += size;
    return taken;
  }
}
