/** Entries of a shared cache, verified as they are read. */
import { type Digest, digestBytes } from "../../codec/digest.ts";
import type { PackedValue } from "../../codec/packed.ts";
import type { CallKey, EntryFacts } from "../entry.ts";
import { type EntryDocument, isSigned, MAX_DOCUMENT, readDocument, readInline } from "./document.ts";
import { blobName, entryName } from "./names.ts";
import { MAX_BLOB, type Place } from "./place.ts";
import { Trouble } from "./trouble.ts";
import { type FlatValue, isBinary, unflatten } from "./value.ts";

export interface SharedEntry {
  readonly facts: EntryFacts;
  readonly value: PackedValue;
}

/**
 * Undefined if it is not there. Adds to `damaged` the names of what is there and cannot be used.
 *
 * @throws Trouble
 */
export async function readShared(
  place: Place,
  key: CallKey,
  secret: string | undefined,
  damaged: Set<string>,
): Promise<SharedEntry | undefined> {
  const name = entryName(key);
  const body = await place.get(name, MAX_DOCUMENT);
  if (body === undefined) return undefined;
  const document = readDocument(Buffer.from(body).toString(), key);
  if (typeof document === "string") {
    damaged.add(name);
    throw damage(name, document);
  }
  if (secret !== undefined && !isSigned(document, secret)) throw notSigned(document);
  const { kind, ...content } = document.value;
  if ("inline" in content) return readValue(document, readInline(kind, content.inline));

  const blob = blobName(content.blob);
  const bytes = await blobBytes(place, content.blob, content.size).catch((error: unknown) => {
    damaged.add(blob).add(name);
    throw error;
  });
  if (bytes !== undefined) return readValue(document, { kind, data: isBinary(kind) ? bytes : decode(bytes) });
  damaged.add(name);
  return undefined;
}

async function blobBytes(place: Place, digest: Digest, size: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const name = blobName(digest);
  if (size > MAX_BLOB) throw damage(name, `it has ${size} bytes`);
  const bytes = await place.get(name, size);
  if (bytes === undefined) return undefined;
  if (bytes.length !== size) throw damage(name, `it has ${bytes.length} bytes instead of ${size}`);
  if (digestBytes(bytes) !== digest) throw damage(name, "its bytes do not have its digest");
  return bytes;
}

function readValue({ facts }: EntryDocument, flat: FlatValue): SharedEntry {
  try {
    return { facts, value: unflatten(flat) };
  } catch {
    throw damage(entryName(facts.key), "its value cannot be read");
  }
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function damage(name: string, how: string): Trouble {
  return new Trouble("damaged", `${name} is damaged: ${how}. What is damaged is not used, and its calls run.`);
}

function notSigned({ facts, signature }: EntryDocument): Trouble {
  const how = signature === undefined ? "is not signed" : "was signed with another secret, or changed since";
  const remedy = "Such entries are not used. See that all who write have the same secret, and who else may write.";
  return new Trouble("signature", `the entry ${facts.key} (${facts.call}) ${how}. ${remedy}`);
}
