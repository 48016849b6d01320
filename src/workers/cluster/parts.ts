/** Messages of several parts on a stream: how many there are, the length of each, and the parts; numbers little-endian. */
export class Parts {
  readonly #onParts: (parts: readonly Uint8Array[]) => void;
  #lengths: number[] | null = null;
  #parts: Uint8Array[] = [];
  #target: Uint8Array<ArrayBuffer> = new Uint8Array(4);
  #filled = 0;

  constructor(onParts: (parts: readonly Uint8Array[]) => void) {
    this.#onParts = onParts;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.byteLength) {
      const count = Math.min(this.#target.byteLength - this.#filled, chunk.byteLength - at);
      this.#target.set(chunk.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      while (this.#filled === this.#target.byteLength) this.#advance();
    }
  }

  #advance(): void {
    const bytes = this.#target;
    if (this.#lengths !== null) this.#parts.push(bytes);
    else if (bytes.byteLength === 4) {
      const count = new DataView(bytes.buffer).getUint32(0, true);
      // Told apart from the number itself by its length, as there is room for both.
      this.#expect(4 + 4 * count, bytes);
      return;
    } else this.#lengths = Array.from(new Uint32Array(bytes.buffer, 4));
    const next = this.#lengths[this.#parts.length];
    if (next !== undefined) {
      this.#expect(next);
      return;
    }
    const parts = this.#parts;
    this.#lengths = null;
    this.#parts = [];
    this.#expect(4);
    this.#onParts(parts);
  }

  #expect(length: number, begin?: Uint8Array): void {
    this.#target = new Uint8Array(length);
    this.#filled = 0;
    if (begin === undefined) return;
    this.#target.set(begin);
    this.#filled = begin.byteLength;
  }
}
