/** Whatever is kept comes back as it was. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestBytes } from "../../src/codec/digest.ts";
import { pack, unpack } from "../../src/codec/pack.ts";
import { Packed, type PackedValue } from "../../src/codec/packed.ts";
import { DamagedEntryError } from "../../src/errors.ts";
import { aboutIn, decodeEntry, encodeEntry, writerOf } from "../../src/store/record.ts";
import { flatten } from "../../src/store/values.ts";
import { factsOf, keyOf } from "./store-entries.ts";
import { newFolder, openStore, valueIn } from "./store-rig.ts";

const subject = { task: "score-1", role: "result" } as const;
const primitive = fc.oneof(
  fc.constantFrom(undefined, null, true, false, -0, Number.NaN, Number.POSITIVE_INFINITY, "", "\ud800", "\udc00x"),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: "binary" }),
  fc.string({ maxLength: 20_000, size: "max" }),
);
const packed = fc.oneof(
  fc.jsonValue().map(value => pack(value, subject)),
  fc.uint8Array({ maxLength: 12_000, size: "max" }).map(bytes => pack(bytes, subject)),
  fc.constantFrom<PackedValue>(
    pack(new Map([[1n, new Error("no")]]), subject),
    pack(new Float64Array(40_000).fill(0.5), subject),
    pack({ text: "\ud800".repeat(9_000) }, subject),
    pack(new Array(3), subject),
    pack([new URL("file:///a"), Number.NaN], subject),
    pack("x".repeat(100_000), subject),
    pack("\udfff".repeat(30_000), subject),
    pack(-(7n ** 40_000n), subject),
  ),
);

test("values of all kinds, small and large, compressed or not", async () => {
  const folder = newFolder();
  const store = openStore(folder);
  let at = 0;
  const kept: (readonly [number, PackedValue])[] = [];
  await fc.assert(
    fc.asyncProperty(fc.oneof(primitive, packed), fc.constantFrom(undefined, true, false), async (value, compress) => {
      const i = at++;
      await store.write(factsOf(i), value, compress === undefined ? {} : { compress });
      kept.push([i, value]);
      same(await store.read(store.get(keyOf(i))!), value);
    }),
    { numRuns: 300 },
  );
  await store.close();
  const again = openStore(folder);
  for (const [i, value] of kept) same(await again.read(again.get(keyOf(i))!), value);
});

function same(found: PackedValue, expected: PackedValue): void {
  if (!(expected instanceof Packed)) {
    expect(Object.is(found, expected)).toBe(true);
    return;
  }
  if (!(found instanceof Packed)) throw new Error("a packed value came back as a primitive");
  expect(found.tag).toBe(expected.tag);
  if (typeof expected.data === "string") expect(found.data).toBe(expected.data);
  else {
    expect(Buffer.compare(found.data as Uint8Array, expected.data)).toBe(0);
    // A thread is sent it as it is.
    expect((found.data as Uint8Array).buffer.byteLength).toBe(expected.data.byteLength);
  }
}

describe("records", () => {
  const facts = factsOf(7, {
    identity: "größe.ts:α",
    children: [{ identity: "a.ts:b", key: keyOf(8), code: "c" }],
    files: [{ path: "out.csv", digest: digestBytes("a,b"), size: 12 }],
    directory: { path: "cache/dirs/ab/cd-1", files: [] },
  });

  test("facts come back as they were", () => {
    const record = encodeEntry(facts, { flat: flatten("värde") });
    expect(decodeEntry(facts.key, record, record.length)).toEqual({ ...facts, value: { inline: "värde" } });
  });

  test("what explains a key comes back with the entry, whatever is in it", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.string());
    const about = fc.record(
      {
        marks: fc.array(text),
        names: fc.array(fc.option(text)),
        sources: fc.array(fc.option(text)),
        awaited: fc.array(fc.tuple(text, text)),
        inputs: fc.jsonValue().map(value => pack([value], subject)),
      },
      { requiredKeys: ["marks", "names", "sources"] },
    );
    const told = fc.record({ identity: text, run: text, call: text, bare: fc.boolean() });
    fc.assert(
      fc.property(about, told, (known, { bare, ...names }) => {
        const all = bare ? factsOf(7, { ...names, result: null }) : { ...facts, ...names };
        const record = encodeEntry(all, { flat: flatten("värde") }, known, 7);
        expect(decodeEntry(facts.key, record, record.length)).toEqual({ ...all, value: { inline: "värde" } });
        const { inputs, ...rest } = known;
        const { inputs: found, ...others } = aboutIn(facts.key, record)!;
        expect(others).toEqual(rest);
        same(found, inputs);
        expect(writerOf(record, record.length)).toBe(7);
      }),
    );
  });

  test("a byte that changed anywhere, a cut, and another key are noticed", () => {
    const record = encodeEntry(facts, { flat: flatten({} as never) });
    for (let at = 0; at < record.length; at += 1) {
      for (const flip of [1, 0x80, 0xff]) {
        const changed = Buffer.from(record);
        changed[at]! ^= flip;
        expect(() => decodeEntry(facts.key, changed, changed.length)).toThrow(DamagedEntryError);
      }
      expect(() => decodeEntry(facts.key, record, at)).toThrow(DamagedEntryError);
    }
    expect(() => decodeEntry(keyOf(8), record, record.length)).toThrow(DamagedEntryError);
  });
});

test("large contents are compressed where that pays, and equal ones are kept once", async () => {
  const store = openStore();
  const text = new Packed("json", JSON.stringify(Array.from({ length: 20_000 }, (_, i) => `row ${i}`)));
  const written = await store.write(factsOf(1), text);
  const blob = "blob" in written.value ? written.value.blob : null;
  expect(blob!.stored).toBeLessThan(blob!.size / 3);
  const before = store.stats().bytes;
  await store.write(factsOf(2), text);
  expect(store.stats().bytes).toBe(before);
  expect(await valueIn(store, store.get(keyOf(2)))).toEqual(unpack(text));

  const noise = Uint8Array.from({ length: 100_000 }, (_, i) => Math.imul(i * i + 1, 2_654_435_761) >>> 24);
  const dense = await store.write(factsOf(3), pack(noise, subject), { compress: true });
  expect(await valueIn(store, dense)).toEqual(noise);
});
