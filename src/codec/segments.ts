/**
 * Pooled shared memory for the large arrays in values. Whoever encodes a value takes a segment, and when nobody reads
 * the value any more that is free for others.
 */

/** Arrays of so many bytes go beside the encoded value: below, one copy more costs less than a segment. */
export const LARGE = 65_536;

/** So many bytes are kept for reuse, until none was needed for a while; what is more is dropped. */
const KEPT = 128 * 1_024 * 1_024;
/** In milliseconds. */
const WHILE = 2_000;

export class Segments {
  /** Segments that were made, and not reused. */
  made = 0;
  /** Bytes that wait to be reused. */
  idle = 0;
  #taken = false;
  #timer: NodeJS.Timeout | null = null;
  readonly #bySize = new Map<number, SharedArrayBuffer[]>();

  /** A segment of at least so many bytes, whatever is in it. */
  take(length: number): SharedArrayBuffer {
    const size = sizeFor(length);
    const known = this.free(size);
    if (known !== null) return known;
    this.made += 1;
    return weighed(new SharedArrayBuffer(size));
  }

  /** One of just this size, if there is one. */
  free(size: number): SharedArrayBuffer | null {
    this.#taken = true;
    const known = this.#bySize.get(size)?.pop();
    if (known === undefined) return null;
    this.idle -= size;
    return known;
  }

  /** Nobody reads it any more. */
  give(segment: SharedArrayBuffer): void {
    const size = segment.byteLength;
    if (this.idle + size > KEPT) return;
    this.idle += size;
    this.#timer ??= setInterval(() => this.#look(), WHILE).unref();
    const same = this.#bySize.get(size);
    if (same === undefined) this.#bySize.set(size, [segment]);
    else same.push(segment);
  }

  #look(): void {
    if (this.#taken) {
      this.#taken = false;
      return;
    }
    this.#bySize.clear();
    this.idle = 0;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** In steps of a quarter, so that arrays of about one length use the same segments. */
function sizeFor(length: number): number {
  const step = 2 ** Math.max(12, Math.floor(Math.log2(length)) - 2);
  return Math.ceil(length / step) * step;
}

const weights = new WeakMap<SharedArrayBuffer, ArrayBuffer>();

/**
 * Makes the garbage collector count shared memory, which it leaves out: without that, hundreds of dropped arrays pile
 * up before it runs. The memory beside it is never touched, so that only addresses are used up.
 */
export function weighed(memory: SharedArrayBuffer): SharedArrayBuffer {
  if (memory.byteLength >= LARGE) weights.set(memory, Buffer.allocUnsafeSlow(memory.byteLength).buffer as ArrayBuffer);
  return memory;
}
