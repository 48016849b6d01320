/** What a shared cache keeps of a call: a small JSON document, signed if the team has a secret. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { isAbsolute, win32 } from "node:path";
import type { Digest } from "../../codec/digest.ts";
import type { CallKey, EntryFacts } from "../entry.ts";
import { isDigest, isKey } from "./names.ts";
import { type FlatValue, isBinary, isValueKind, type ValueKind } from "./value.ts";

/** Bytes of the longest document that servers take and clients read. */
export const MAX_DOCUMENT = 256 * 1024;

/** The value itself where it is small (bytes in base64), else the digest of its bytes and their number. */
export type DocumentValue =
  | { readonly kind: ValueKind; readonly inline: string }
  | { readonly kind: ValueKind; readonly blob: Digest; readonly size: number };

export interface EntryDocument {
  /** Version of the format. */
  readonly heddle: 1;
  readonly facts: EntryFacts;
  readonly value: DocumentValue;
  /** HMAC-SHA256, in hexadecimal. */
  readonly signature?: string;
}

/**
 * Why an entry means nothing on another machine, or undefined if it can be shared. What names files is true only where
 * these files are; a flow's entry is valid while those of its children are, and not every child has one.
 */
export function whyNotShared(facts: EntryFacts): string | undefined {
  if (facts.files !== undefined) return "its result names files";
  if (facts.directory !== undefined) return "it has a directory";
  if (facts.children !== undefined) return "it is a flow with calls of its own";
  const names = [facts.identity, facts.run, facts.call];
  if (names.some(name => isAbsolute(name) || win32.isAbsolute(name))) return "it names an absolute path";
  return isKey(facts.key) ? undefined : "its key is not one";
}

export function inlineValue({ kind, data }: FlatValue): DocumentValue {
  return { kind, inline: typeof data === "string" ? data : Buffer.from(data).toString("base64") };
}

export function readInline(kind: ValueKind, inline: string): FlatValue {
  // A Buffer shares its memory with others; the bytes of a value own theirs.
  return { kind, data: isBinary(kind) ? Uint8Array.from(Buffer.from(inline, "base64")) : inline };
}

export function writeDocument(facts: EntryFacts, value: DocumentValue, secret: string | undefined): string {
  const { key, identity, result, createdAt, ms, run, call } = facts;
  const document: EntryDocument = { heddle: 1, facts: { key, identity, result, createdAt, ms, run, call }, value };
  return JSON.stringify(secret === undefined ? document : { ...document, signature: sign(document, secret) });
}

/** The document, or what is wrong with it. Keeps nothing that the signature does not cover. */
export function readDocument(text: string, key: CallKey): EntryDocument | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return "it is not JSON";
  }
  if (!isRecord(parsed)) return "it is not an object";
  if (parsed["heddle"] !== 1) return "it has another format";
  const facts = readFacts(parsed["facts"]);
  if (facts === undefined) return "its facts are incomplete";
  if (facts.key !== key) return "it belongs to another key";
  const value = readValue(parsed["value"]);
  if (value === undefined) return "its value is neither inline nor a blob";
  const signature = parsed["signature"];
  return { heddle: 1, facts, value, ...(typeof signature === "string" ? { signature } : {}) };
}

/** Whether the document was signed with this secret. */
export function isSigned(document: EntryDocument, secret: string): boolean {
  const { signature } = document;
  if (signature === undefined || !isDigest(signature)) return false;
  return timingSafeEqual(Buffer.from(signature, "hex"), Buffer.from(sign(document, secret), "hex"));
}

/** Covers everything that a reader uses, as one list: that has only one spelling in JSON. */
function sign({ facts, value }: EntryDocument, secret: string): string {
  const { key, identity, result, createdAt, ms, run, call } = facts;
  const content = "inline" in value ? ["inline", value.inline] : ["blob", value.blob, value.size];
  const canonical = ["heddle entry 1", key, identity, result, createdAt, ms, run, call, value.kind, ...content];
  return createHmac("sha256", secret).update(JSON.stringify(canonical)).digest("hex");
}

function readFacts(facts: unknown): EntryFacts | undefined {
  if (!isRecord(facts)) return undefined;
  const { key, identity, result, createdAt, ms, run, call } = facts;
  if (!isKey(key) || !isDigest(result) || !isAmount(createdAt) || !isAmount(ms)) return undefined;
  if (typeof identity !== "string" || typeof run !== "string" || typeof call !== "string") return undefined;
  return { key, identity, result, createdAt, ms, run, call };
}

function readValue(value: unknown): DocumentValue | undefined {
  if (!isRecord(value) || !isValueKind(value["kind"])) return undefined;
  const { kind, inline, blob, size } = value;
  if (typeof inline === "string") return { kind, inline };
  return isDigest(blob) && Number.isSafeInteger(size) && isAmount(size) ? { kind, blob, size } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
