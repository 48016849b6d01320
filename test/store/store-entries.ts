/** Entries to keep, made from numbers, so that every process knows what each must hold. */
import { digestBytes } from "../../src/codec/digest.ts";
import { Packed, type PackedValue } from "../../src/codec/packed.ts";
import type { CallKey, EntryFacts } from "../../src/store/entry.ts";

export function keyOf(i: number, task = 0, code = 0): CallKey {
  const [first, second, third] = [`task ${task}`, `inputs ${i}`, `code ${code}`].map(digestBytes);
  return `${first!.slice(0, 16)}.${second!.slice(0, 40)}.${third!.slice(0, 40)}`;
}

export function factsOf(i: number, more: Partial<EntryFacts> = {}): EntryFacts {
  return {
    key: keyOf(i),
    identity: "flow.ts:score",
    result: digestBytes(`result ${i}`),
    createdAt: 1_700_000_000_000 + i,
    ms: i / 8,
    run: "20260101-000000-abcd",
    call: `score-${i}`,
    ...more,
  };
}

/** Every fourth one is too large for the index, and every eighth is compressed. */
export function keptValue(i: number): PackedValue {
  if (i % 4 !== 0) return i;
  return new Packed("json", JSON.stringify(Array.from({ length: i % 8 === 0 ? 9_000 : 2_500 }, (_, at) => i + at)));
}
