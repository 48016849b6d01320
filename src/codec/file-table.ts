/**
 * The files that an encoded value names, in front of its bytes: a letter that no clone begins with, a length, and JSON.
 * So they can be read, and their paths changed, without decoding the value.
 */
import { ProtocolError } from "../errors.ts";
import type { Digest } from "./digest.ts";
import { whole } from "./large.ts";
import { Packed, type PackedValue } from "./packed.ts";
import type { Sealed } from "./seal.ts";

/** A file as it was when the value that names it was encoded; without digest in an input, as that is the file as it is. */
export interface PackedFile {
  readonly path: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

type SealedFile = Extract<Sealed, { readonly kind: "file" }>;

const LETTER = 0x46;
const PREFIX = 5;
const NONE: readonly PackedFile[] = [];

/** The files of a value that is being encoded, each once, and which of them a seal means. */
export class FileTable {
  readonly #places = new Map<string, number>();
  readonly #files: PackedFile[] = [];

  constructor(seals: ReadonlyMap<unknown, Sealed>) {
    for (const seal of seals.values()) {
      if (seal.kind !== "file" || this.#places.has(nameOf(seal))) continue;
      this.#places.set(nameOf(seal), this.#files.length);
      this.#files.push({ path: seal.path, digest: seal.digest as Digest, size: seal.size });
    }
  }

  placeOf(seal: SealedFile): number {
    return this.#places.get(nameOf(seal))!;
  }

  /** What stands in front; null if there are no files. */
  bytes(): Uint8Array | null {
    return this.#files.length === 0 ? null : bytesOf(this.#files);
  }
}

/** The files that a packed value names, as they were when it was packed. Nothing is decoded. */
export function filesIn(packed: PackedValue): readonly PackedFile[] {
  return packed instanceof Packed && hasFiles(packed) ? splitFiles(packed.data).files : NONE;
}

/** Whether a packed value names files. */
export function hasFiles(packed: Packed): packed is Packed & { readonly data: Uint8Array } {
  return packed.tag === "marked" && packed.data[0] === LETTER;
}

/** The same value with other paths of its files. */
export function withPaths(packed: PackedValue, change: (path: string) => string): PackedValue {
  if (!(packed instanceof Packed) || !hasFiles(packed)) return packed;
  const { files, rest } = splitFiles(whole(packed).data as Uint8Array);
  const front = bytesOf(files.map(file => ({ ...file, path: change(file.path) })));
  const data = new Uint8Array(front.length + rest.length);
  data.set(front);
  data.set(rest, front.length);
  return new Packed(packed.tag, data);
}

/** @throws ProtocolError if they are damaged. */
export function splitFiles(bytes: Uint8Array): { readonly files: readonly PackedFile[]; readonly rest: Uint8Array } {
  if (bytes[0] !== LETTER) return { files: NONE, rest: bytes };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const end = PREFIX + text.readUInt32LE(1);
    const files = JSON.parse(text.toString("utf8", PREFIX, end)) as PackedFile[];
    return { files, rest: bytes.subarray(end) };
  } catch (cause) {
    throw new ProtocolError({ from: "the other side", problem: "a list of files that cannot be read" }, { cause });
  }
}

function nameOf({ path, digest }: SealedFile): string {
  return `${digest} ${path}`;
}

function bytesOf(files: readonly PackedFile[]): Uint8Array {
  const json = Buffer.from(JSON.stringify(files));
  const bytes = Buffer.alloc(PREFIX + json.length);
  bytes[0] = LETTER;
  bytes.writeUInt32LE(json.length, 1);
  bytes.set(json, PREFIX);
  return bytes;
}
