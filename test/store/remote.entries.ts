/** Entries of calls that never ran. */
import { createHash } from "node:crypto";
import type { Digest } from "../../src/codec/digest.ts";
import type { EntryFacts } from "../../src/store/entry.ts";

export function sha256(data: string | Uint8Array): Digest {
  return createHash("sha256").update(data).digest("hex") as Digest;
}

export function keyOf(seed: string): string {
  const digits = sha256(seed) + sha256(`${seed}.`);
  return `${digits.slice(0, 16)}.${digits.slice(16, 56)}.${digits.slice(56, 96)}`;
}

export function factsOf(seed: string, more: Partial<EntryFacts> = {}): EntryFacts {
  const facts = { identity: `project/src/${seed}.ts#score`, result: sha256(seed), run: "run-1", call: `score-${seed}` };
  return { key: keyOf(seed), createdAt: 1_700_000_000_000, ms: 12.5, ...facts, ...more };
}
