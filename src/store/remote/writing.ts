/** Entries on their way to a shared cache. */
import { digestBytes } from "../../codec/digest.ts";
import type { EntryFacts } from "../entry.ts";
import { type DocumentValue, inlineValue, writeDocument } from "./document.ts";
import { blobName, entryName } from "./names.ts";
import type { About, Place } from "./place.ts";
import { readOnly, Trouble } from "./trouble.ts";
import type { FlatValue } from "./value.ts";

/** Length of the largest value that travels inside its entry: one request instead of two. */
const INLINE = 16 * 1024;

/**
 * Writes the value first: there is never an entry without it. What is there already stays, unless it is `damaged`.
 *
 * @throws Trouble
 */
export async function writeShared(
  place: Place,
  about: About,
  facts: EntryFacts,
  flat: FlatValue,
  secret: string | undefined,
  damaged: ReadonlySet<string>,
): Promise<void> {
  if (!about.write) throw readOnly();
  if (about.signed && secret === undefined) throw mustSign();
  const value = flat.data.length <= INLINE ? inlineValue(flat) : await writeBlob(place, about, facts, flat, damaged);
  const name = entryName(facts.key);
  const document = new TextEncoder().encode(writeDocument(facts, value, secret));
  await place.put(name, document, !damaged.has(name));
}

async function writeBlob(
  place: Place,
  { maxBlob }: About,
  { call }: EntryFacts,
  { kind, data }: FlatValue,
  damaged: ReadonlySet<string>,
): Promise<DocumentValue> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : ownBytes(data);
  const size = bytes.length;
  if (size > maxBlob) {
    throw new Trouble("tooLarge", `a result of ${size} bytes (${call}) is not shared: it takes up to ${maxBlob}.`);
  }
  const blob = digestBytes(bytes);
  const name = blobName(blob);
  if (damaged.has(name) || !(await place.has(name))) await place.put(name, bytes, false);
  return { kind, blob, size };
}

/** `fetch` does not take what lies in shared memory. */
function ownBytes(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return data.buffer instanceof ArrayBuffer ? (data as Uint8Array<ArrayBuffer>) : Uint8Array.from(data);
}

function mustSign(): Trouble {
  const remedy = "Give the secret here, or turn pushing off here.";
  return new Trouble("mustSign", `nothing is written to it: its entries must be signed. ${remedy}`);
}
