/**
 * Canonical bytes: equal values give equal bytes, and different ones different bytes. Every part begins with a tag and
 * says how long it is, so that no two sequences of parts run into the same bytes.
 *
 * Keys in stores are made of these: nothing here may change without a new version of the store.
 */
import { createHash, hash } from "node:crypto";

const tagOf = (letter: string): number => letter.charCodeAt(0);

/** No hexadecimal digits among them: marks and digests are told apart by their first letter. */
export const TAG = {
  undefined: tagOf("U"),
  null: tagOf("N"),
  true: tagOf("T"),
  false: tagOf("F"),
  integer: tagOf("I"),
  double: tagOf("D"),
  nan: tagOf("Z"),
  bigint: tagOf("G"),
  string: tagOf("s"),
  longString: tagOf("S"),
  brokenString: tagOf("w"),
  longBrokenString: tagOf("W"),
  array: tagOf("A"),
  namedArray: tagOf("Q"),
  gap: tagOf("H"),
  object: tagOf("O"),
  map: tagOf("M"),
  set: tagOf("Y"),
  view: tagOf("V"),
  buffer: tagOf("B"),
  resizable: tagOf("J"),
  boxed: tagOf("X"),
  date: tagOf("K"),
  regexp: tagOf("R"),
  url: tagOf("L"),
  file: tagOf("l"),
  instance: tagOf("C"),
  error: tagOf("E"),
  slot: tagOf("P"),
  /** What follows stands for longer bytes. */
  hashed: tagOf("#"),
  /** The whole is part of itself: objects are numbered in the order in which they are met. */
  cyclic: tagOf("&"),
  back: tagOf("@"),
} as const;

/** A text this long or shorter is a mark as it is. */
const SHORT = 64;
/** Longer strings are hashed by themselves, without a copy in the buffer. */
const LONG_STRING = 2_048;
const INLINE_BYTES = 64;
const BUFFER = 64 * 1_024;
const KEPT_BUFFER = 4 * 1_024 * 1_024;
const CHUNK = 1 << 30;

export class CanonicalBytes {
  at = 0;
  #bytes = Buffer.allocUnsafeSlow(BUFFER);
  #view = new DataView(this.#bytes.buffer);

  /** All of it, or what stands for it. */
  text(): string {
    if (this.at <= SHORT) return this.#bytes.toString("latin1", 0, this.at);
    return `#${sha256(this.#bytes.subarray(0, this.at))}`;
  }

  clear(): void {
    this.at = 0;
    if (this.#bytes.length > KEPT_BUFFER) this.#allocate(BUFFER);
  }

  tag(tag: number): void {
    if (this.at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.at++] = tag;
  }

  count(count: number): void {
    if (this.at + 8 > this.#bytes.length) this.#grow(8);
    let rest = count;
    while (rest >= 128) {
      this.#bytes[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.at++] = rest;
  }

  /** Appends a primitive; false, and nothing, for everything else. */
  primitive(value: unknown): boolean {
    switch (typeof value) {
      case "string":
        this.string(value);
        return true;
      case "number":
        this.#number(value);
        return true;
      case "boolean":
        this.tag(value ? TAG.true : TAG.false);
        return true;
      case "undefined":
        this.tag(TAG.undefined);
        return true;
      case "bigint":
        this.tag(TAG.bigint);
        // Decimal digits take time that grows with the square of their number.
        this.string(value.toString(16));
        return true;
      case "object":
        if (value !== null) return false;
        this.tag(TAG.null);
        return true;
      default:
        return false;
    }
  }

  string(value: string): void {
    const { length } = value;
    if (length > LONG_STRING) {
      this.#longString(value);
      return;
    }
    const start = this.at;
    this.tag(TAG.string);
    this.count(length);
    if (this.at + 3 * length > this.#bytes.length) this.#grow(3 * length);
    // Up to here a loop is faster than a call of native code.
    if (length <= 24 && this.#ascii(value)) return;
    if (isWellFormed(value)) this.at += this.#bytes.write(value, this.at, "utf8");
    else {
      this.#bytes[start] = TAG.brokenString;
      this.at += this.#bytes.write(value, this.at, "utf16le");
    }
  }

  /** Appends bytes: themselves if they are few, else their hash; their length tells which. */
  data(data: Uint8Array): void {
    const { length } = data;
    this.count(length);
    if (length > INLINE_BYTES) this.#raw(sha256(data));
    else {
      if (this.at + length > this.#bytes.length) this.#grow(length);
      this.#bytes.set(data, this.at);
      this.at += length;
    }
  }

  /** A file by its content, whose digest is 64 hexadecimal digits. */
  file(digest: string): void {
    this.tag(TAG.file);
    this.#raw(Buffer.from(digest, "hex").toString("latin1"));
  }

  /** What stands for an object whose bytes were hashed before. */
  hashed(digest: string): void {
    this.tag(TAG.hashed);
    this.#raw(digest);
  }

  /** Puts a hash in the place of everything from `start` on, and gives it. */
  collapse(start: number): string {
    const digest = sha256(this.#bytes.subarray(start, this.at));
    this.at = start;
    this.hashed(digest);
    return digest;
  }

  #number(value: number): void {
    if (this.at + 9 > this.#bytes.length) this.#grow(9);
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.#bytes[this.at++] = TAG.integer;
      this.count(((value << 1) ^ (value >> 31)) >>> 0);
    } else if (Number.isNaN(value)) this.#bytes[this.at++] = TAG.nan;
    else {
      this.#bytes[this.at] = TAG.double;
      this.#view.setFloat64(this.at + 1, value);
      this.at += 9;
    }
  }

  #longString(value: string): void {
    const whole = isWellFormed(value);
    this.tag(whole ? TAG.longString : TAG.longBrokenString);
    this.count(value.length);
    this.#raw(whole ? hash("sha256", value, "binary") : sha256(Buffer.from(value, "utf16le")));
  }

  #ascii(value: string): boolean {
    const bytes = this.#bytes;
    const { at } = this;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      bytes[at + i] = code;
    }
    this.at = at + value.length;
    return true;
  }

  #raw(digest: string): void {
    if (this.at + 32 > this.#bytes.length) this.#grow(32);
    this.at += this.#bytes.write(digest, this.at, "latin1");
  }

  #grow(more: number): void {
    const old = this.#bytes;
    this.#allocate(Math.max(2 * old.length, this.at + more));
    old.copy(this.#bytes, 0, 0, this.at);
  }

  #allocate(length: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(length);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

/** A SHA-256 as 32 characters, one a byte. */
function sha256(data: Uint8Array): string {
  if (data.length <= CHUNK) return hash("sha256", data, "binary");
  const sum = createHash("sha256");
  for (let from = 0; from < data.length; from += CHUNK) sum.update(data.subarray(from, from + CHUNK));
  return sum.digest("binary");
}

// Node has it; the types of this version of the language do not.
function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}
