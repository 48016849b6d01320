import { hash } from "node:crypto";
import { CanonicalBytes } from "./digest/canonical.ts";
import { Pass } from "./digest/pass.ts";
import { hasFiles, splitFiles } from "./file-table.ts";
import { whole } from "./large.ts";
import type { SlotOf } from "./pack.ts";
import { Packed, type PackedValue } from "./packed.ts";
import type { Subject } from "./uncloneable.ts";

declare const DIGEST: unique symbol;

/** A SHA-256, as 64 hexadecimal digits; where it stands for a primitive result, that one's mark. */
export type Digest = string & { readonly [DIGEST]: true };

/** What stands for one argument in a call's key. */
export interface Mark {
  /** The canonical bytes of the value, one a character, if they are few, else a hash of them. */
  readonly text: string;
  /** The slots of the futures in the value, each once, in the order in which they are met. */
  readonly slots: readonly number[];
}

const NO_SLOTS: readonly number[] = [];
/** The text of the mark of a slot that is the whole argument. */
const DIRECT = "P\0";

/** True if the whole argument is one future. */
export function isFuture({ text, slots }: Mark): boolean {
  return slots.length === 1 && text === DIRECT;
}

/** The pass nobody uses: a serializer's `encode` can ask for a mark inside a mark. */
let idle: Pass | null = null;
const primitives = new CanonicalBytes();

/** The address of some bytes; of a text, that of its UTF-8 bytes. */
export function digestBytes(data: string | Uint8Array): Digest {
  return hash("sha256", data, "hex") as Digest;
}

/**
 * What stands for a value in keys. Two values have the same mark if and only if a task could not tell them apart once
 * they were sent to it, but for three things that do not count: the order of the keys of plain objects, the stacks of
 * errors, and whether equal parts of a value are one object (in a value that is part of itself this does count).
 * Objects for which `slotOf` gives a number are holes, to be filled by `closeMark`.
 *
 * @throws UncloneableError as `pack` does.
 */
export function markOf(value: unknown, subject: Subject, slotOf: SlotOf | null): Mark {
  const text = primitiveText(value);
  if (text !== null) return { text, slots: NO_SLOTS };
  const pass = idle ?? new Pass();
  idle = null;
  try {
    pass.run(value, subject, slotOf);
    return { text: pass.out.text(), slots: pass.slots.length === 0 ? NO_SLOTS : pass.slots };
  } finally {
    pass.clear();
    idle = pass;
  }
}

/**
 * The mark of an argument once the results in its slots are known.
 *
 * @param digests one a slot of the mark, in their order, each from `resultDigest`.
 */
export function closeMark({ text, slots }: Mark, digests: readonly string[]): string {
  if (slots.length === 0) return text;
  if (text === DIRECT) return digests[0]!;
  return `$${hash("sha256", prefixed([text, ...digests]), "hex")}`;
}

/** The part of a key that stands for a call's arguments: 40 hexadecimal digits. */
export function inputsDigest(marks: readonly string[]): string {
  return hash("sha256", prefixed(marks), "hex").slice(0, 40);
}

/**
 * What stands for a result in the keys of calls that take it: of a primitive its mark, so that it makes no difference
 * whether a value comes from a call or is given; else a digest of the encoded bytes, which are not decoded. Files in it
 * count by their contents as they were when it was encoded, wherever they are.
 *
 * @param content the digest of the encoded bytes, where it is known.
 */
export function resultDigest(packed: PackedValue, content?: Digest): Digest {
  if (!(packed instanceof Packed)) return primitiveText(packed) as Digest;
  const all = whole(packed);
  if (!hasFiles(all)) return digestBytes(`${all.tag} ${content ?? digestBytes(all.data)}`);
  const { files, rest } = splitFiles(all.data);
  return digestBytes(`${packed.tag} ${digestBytes(rest)} ${files.map(file => file.digest).join(" ")}`);
}

/** The mark's text of a primitive; null for everything else. */
export function primitiveText(value: unknown): string | null {
  primitives.at = 0;
  return primitives.primitive(value) ? primitives.text() : null;
}

function prefixed(texts: readonly string[]): string {
  let all = "";
  for (const text of texts) all += `${text.length}:${text}`;
  return all;
}
