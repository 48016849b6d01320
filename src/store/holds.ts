/** Which entries hold which files: a file goes when the last entry that names it does. */
import type { BlobRef, CallKey, Entry } from "./entry.ts";
import type { Index, Table } from "./environment.ts";
import { KEY_BYTES, readKey, writeKey } from "./key.ts";

const DIGEST = 32;
const FILE = DIGEST + 1;
const FORM = { plain: 0, compressed: 1, directory: 2 } as const;

/** A hold as it is found: by whom, of what, and how many bytes that takes of the disk. */
export interface Hold {
  readonly key: CallKey;
  /** The same for all that hold the same file; null for a directory, which has one holder only. */
  readonly file: string | null;
  readonly compressed: boolean;
  readonly bytes: number;
}

export class Holds {
  readonly #table: Table<Uint8Array>;

  constructor(index: Index) {
    this.#table = index.holds;
  }

  /** For who holds the lock of the index, as all below. */
  add(entry: Entry): void {
    for (const { key, bytes } of holdsOf(entry)) {
      const value = Buffer.allocUnsafe(8);
      value.writeDoubleLE(bytes);
      this.#table.putSync(key, value);
    }
  }

  remove(entry: Entry): void {
    for (const { key } of holdsOf(entry)) this.#table.removeSync(key);
  }

  removeRaw(hold: Uint8Array): void {
    this.#table.removeSync(hold);
  }

  isHeld(ref: BlobRef): boolean {
    const start = Buffer.alloc(FILE);
    writeFile(start, ref);
    const end = Buffer.concat([start, Buffer.alloc(KEY_BYTES + 1, 0xff)]);
    for (const _ of this.#table.getKeys({ start, end, limit: 1 })) return true;
    return false;
  }

  *all(): Generator<Hold & { readonly raw: Uint8Array }> {
    for (const { key, value } of this.#table.getRange({ start: Buffer.of(0) })) {
      const raw = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
      const form = raw[DIGEST];
      yield {
        raw,
        key: readKey(raw, FILE),
        file: form === FORM.directory ? null : raw.toString("hex", 0, DIGEST),
        compressed: form === FORM.compressed,
        bytes: value.readDoubleLE(0),
      };
    }
  }
}

function* holdsOf(entry: Entry): Generator<{ key: Buffer; bytes: number }> {
  if ("blob" in entry.value) {
    const key = Buffer.alloc(FILE + KEY_BYTES);
    writeFile(key, entry.value.blob);
    writeKey(entry.key, key, FILE);
    yield { key, bytes: entry.value.blob.stored };
  }
  if (entry.directory !== undefined) {
    const key = Buffer.alloc(FILE + KEY_BYTES);
    key[DIGEST] = FORM.directory;
    writeKey(entry.key, key, FILE);
    yield { key, bytes: entry.directory.files.reduce((sum, { size }) => sum + size, 0) };
  }
}

function writeFile(target: Buffer, { digest, size, stored }: BlobRef): void {
  target.write(digest, 0, "hex");
  target[DIGEST] = stored < size ? FORM.compressed : FORM.plain;
}
