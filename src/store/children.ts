/** The calls that a flow made, in the record of its entry: read one by one, as a check of many flows reads many of them. */
import type { ChildRef } from "./entry.ts";
import { KEY_BYTES, readKey, type ShortKey, shortKey, writeKey } from "./key.ts";

/** What calls of one task with one code have in common. */
export interface ChildKind {
  readonly identity: string;
  readonly code: string;
  /** Whether such calls have keys. */
  readonly keyed: boolean;
}

/** The number of its kind, and its key. */
const CHILD = 2 + KEY_BYTES;
const MOST_KINDS = 0xffff;

/** The calls as bytes: the kinds as JSON with its length, then each call. */
export function encodeChildren(children: readonly ChildRef[]): Buffer {
  const numbers = new Map<string, number>();
  const places = children.map(({ identity, key, code }) => {
    const kind = JSON.stringify([identity, code, key !== null]);
    const number = numbers.get(kind) ?? numbers.size;
    numbers.set(kind, number);
    return number;
  });
  if (numbers.size > MOST_KINDS) throw new TypeError(`calls of ${numbers.size} tasks are more than an entry can keep`);
  const kinds = Buffer.from(`[${[...numbers.keys()].join(",")}]`);
  const bytes = Buffer.alloc(4 + kinds.length + children.length * CHILD);
  bytes.writeUInt32LE(kinds.length);
  bytes.set(kinds, 4);
  let at = 4 + kinds.length;
  for (const [index, { key }] of children.entries()) {
    bytes.writeUInt16LE(places[index]!, at);
    if (key !== null) writeKey(key, bytes, at + 2);
    at += CHILD;
  }
  return bytes;
}

/** Most flows call the same tasks, so that the same kinds are read again. */
let last: { readonly text: string; readonly kinds: readonly ChildKind[] } = { text: "[]", kinds: [] };

function kindsOf(text: string): readonly ChildKind[] {
  if (text === last.text) return last.kinds;
  const kinds = (JSON.parse(text) as [string, string, boolean][]).map(([identity, code, keyed]) => ({
    identity,
    code,
    keyed,
  }));
  last = { text, kinds };
  return kinds;
}

export class Children {
  readonly count: number;
  readonly #kinds: readonly ChildKind[];
  readonly #bytes: Buffer;
  readonly #from: number;

  /** @param bytes are its own. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#from = 4 + bytes.readUInt32LE(0);
    this.#kinds = kindsOf(bytes.toString("utf8", 4, this.#from));
    this.count = (bytes.length - this.#from) / CHILD;
  }

  /** The same object for calls of the same kind. */
  kindOf(index: number): ChildKind {
    return this.#kinds[this.#bytes.readUInt16LE(this.#from + index * CHILD)]!;
  }

  keyOf(index: number): ShortKey {
    return shortKey(this.#bytes, this.#from + index * CHILD + 2);
  }

  refs(): ChildRef[] {
    return Array.from({ length: this.count }, (_, index) => {
      const { identity, code, keyed } = this.kindOf(index);
      const key = keyed ? readKey(this.#bytes, this.#from + index * CHILD + 2) : null;
      return { identity, key, code };
    });
  }
}
