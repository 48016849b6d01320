/** What the index keeps, and what counts when several write. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { digestBytes } from "../../src/codec/digest.ts";
import { Packed } from "../../src/codec/packed.ts";
import { StoreError } from "../../src/errors.ts";
import { factsOf, keptValue, keyOf } from "./store-entries.ts";
import { newFolder, openStore, valueIn } from "./store-rig.ts";

test("the first one written stays, and is what later writers get", async () => {
  const store = openStore();
  const [one, two] = await Promise.all([store.write(factsOf(1), "a"), store.write(factsOf(1, { run: "later" }), "b")]);
  expect(two).toEqual(one);
  expect(store.get(keyOf(1))).toEqual({ ...factsOf(1), value: { inline: "a" } });
});

test("an entry that does not serve any more is replaced, once", async () => {
  const store = openStore();
  const old = await store.write(factsOf(1), keptValue(8));
  const fresh = factsOf(1, { run: "second", createdAt: 5 });
  const [first, second] = await Promise.all([
    store.write(fresh, "new", { instead: old }),
    store.write(factsOf(1, { run: "third" }), "newer", { instead: old }),
  ]);
  expect(first.run).toBe("second");
  expect(second.run).toBe("second");
  expect(store.get(keyOf(1))?.value).toEqual({ inline: "new" });
  expect(store.isWhole(old)).toContain("missing");
});

test("writes whose turn does not come fail, and later ones do not", async () => {
  const store = openStore();
  // A sign that cannot be taken down.
  const sign = join(store.folder, "cache", "gate", "opening");
  mkdirSync(sign);
  store.putCodes(digestBytes("code"), []);
  const failed = { status: "rejected", reason: expect.any(StoreError) };
  const writes = [store.write(factsOf(1), "small"), store.write(factsOf(4), keptValue(4))];
  expect(await Promise.allSettled(writes)).toEqual([failed, failed]);
  await expect(store.flush()).rejects.toBeInstanceOf(StoreError);
  rmSync(sign, { recursive: true });
  await store.write(factsOf(1), "again");
  await store.flush();
  expect(store.get(keyOf(1))).toMatchObject({ value: { inline: "again" } });
});

test("a file goes with the last entry that names it, and not before", async () => {
  const store = openStore();
  const value = new Packed("json", `["${"x".repeat(50_000)}"]`);
  const entries = [await store.write(factsOf(1), value), await store.write(factsOf(2), value)];
  expect(await store.remove([keyOf(1), keyOf(99)])).toBe(1);
  expect(store.get(keyOf(1))).toBeUndefined();
  expect(store.isWhole(entries[1]!)).toBeNull();
  await store.remove([keyOf(2)]);
  expect(store.isWhole(entries[1]!)).toContain("missing");
  const again = await store.write(factsOf(1), value);
  expect(await valueIn(store, again)).toEqual(["x".repeat(50_000)]);
});

test("removing and writing the same content at once never leaves an entry without its file", async () => {
  const store = openStore();
  const value = new Packed("json", `[${"1,".repeat(9_000)}1]`);
  for (let round = 0; round < 40; round += 1) {
    await store.write(factsOf(0), value);
    const [written] = await Promise.all([
      store.write(factsOf(round + 1), value),
      store.remove([keyOf(0), keyOf(round)]),
    ]);
    expect(store.isWhole(written)).toBeNull();
    expect(await valueIn(store, store.get(keyOf(round + 1)))).toHaveLength(9_001);
  }
});

test("entries are found by task and by the beginning of their keys", async () => {
  const store = openStore();
  const keys = [keyOf(1), keyOf(2), keyOf(2, 0, 1), keyOf(1, 1)];
  await Promise.all(keys.map((key, i) => store.write(factsOf(i, { key }), i)));
  const found = (entries: Iterable<{ key: string }>) => [...entries].map(({ key }) => key).sort();
  expect(found(store.entriesOf(keyOf(0).slice(0, 16)))).toEqual(keys.slice(0, 3).sort());
  expect(found(store.entries())).toEqual([...keys].sort());
  for (const key of keys) expect(found(store.find(key))).toEqual([key]);
  expect(found(store.find(keyOf(2).slice(0, 57)))).toEqual(keys.slice(1, 3).sort());
  expect(found(store.find(keyOf(2).replaceAll(".", "").slice(0, 31)))).toEqual(keys.slice(1, 3).sort());
  expect(found(store.find(""))).toHaveLength(4);
  expect([store.find("no such key"), store.find("f".repeat(200)), store.find(`${keyOf(1)}0`)]).toEqual([[], [], []]);
  expect(store.stats().entries).toBe(4);
});

test("a text that is no key is never looked up", () => {
  const store = openStore();
  for (const key of ["", keyOf(1).toUpperCase(), `${keyOf(1)}a`, keyOf(1).replace(/\d/, "x"), keyOf(1).slice(1)]) {
    expect(() => store.get(key)).toThrow(TypeError);
  }
});

test("what explains keys, the parts of code, and memos are kept too", async () => {
  const folder = newFolder();
  const store = openStore(folder);
  const about = { marks: ["1", "ü"], names: ["a", null], sources: [null, "load-1"], inputs: keptValue(4) } as const;
  const parts = [{ file: "a.ts", name: "b", digest: "c" }];
  const long = "p/".repeat(900);
  store.putAbout(keyOf(1), about);
  store.putAbout(keyOf(2), { marks: [], names: [], sources: [] });
  store.putCodes("d".repeat(40), parts);
  const memo = store.memo("files");
  for (const [name, value] of [
    ["a", 1],
    ["b", [null, { c: "ä" }]],
    [long, "long"],
    ["a", 2],
  ] as const)
    memo.put(name, value);
  store.memo("other").put("a", "other");
  expect([memo.get("a"), memo.get("b"), memo.get(long), memo.get("none")]).toEqual([
    2,
    [null, { c: "ä" }],
    "long",
    undefined,
  ]);
  await store.close();
  memo.put("after", 1);

  const again = openStore(folder);
  expect(again.about(keyOf(1))).toEqual(about);
  expect(again.about(keyOf(2))).toEqual({ marks: [], names: [], sources: [] });
  expect(again.about(keyOf(3))).toBeUndefined();
  expect(again.codes("d".repeat(40))).toEqual(parts);
  expect([again.memo("files").get("a"), again.memo("files").get(long), again.memo("other").get("a")]).toEqual([
    2,
    "long",
    "other",
  ]);
  await again.remove([keyOf(1)]);
  expect(again.about(keyOf(1))).toBeUndefined();
});

test("a memo keeps what was put last, however much is put", async () => {
  const store = openStore();
  const memo = store.memo("many");
  for (let i = 0; i < 25_000; i += 1) memo.put(`k${i % 12_000}`, i);
  for (const i of [0, 999, 1_000, 11_999]) expect(memo.get(`k${i}`)).toBe(i < 1_000 ? 24_000 + i : 12_000 + i);
  await store.flush();
  expect(memo.get("k5")).toBe(24_005);
});

test("directories have places of their own, and go with their entries", async () => {
  const store = openStore();
  const paths = [1, 2].flatMap(i => [1, 2].map(attempt => store.directoryOf(keyOf(i), attempt)));
  expect(new Set(paths).size).toBe(4);
  const path = paths[0]!;
  expect(existsSync(path)).toBe(false);
  mkdirSync(join(path, "sub"), { recursive: true });
  writeFileSync(join(path, "sub/a.txt"), "abc");
  const files = [{ path: "sub/a.txt", digest: digestBytes("abc"), size: 3 }];
  const directory = { path: relative(store.folder, path), files };
  const entry = await store.write(factsOf(1, { directory }), null);
  expect(store.isWhole(entry)).toBeNull();
  expect((await store.verify(() => {})).bad).toBe(0);
  writeFileSync(join(path, "sub/a.txt"), "abcd");
  expect(store.isWhole(entry)).toContain("sub/a.txt");
  await store.remove([keyOf(1)]);
  expect(existsSync(path)).toBe(false);
});

test("stores of one folder share an index until the last is closed", async () => {
  const folder = newFolder();
  const one = openStore(folder);
  const two = openStore(folder);
  await one.write(factsOf(1), 1);
  expect(two.get(keyOf(1))?.call).toBe("score-1");
  await one.close();
  await one.close();
  expect(() => one.get(keyOf(1))).toThrow("it was closed");
  await expect(one.write(factsOf(2), 1)).rejects.toThrow("it was closed");
  await two.write(factsOf(2), 2);
  const closed = two.close();
  const three = openStore(folder);
  await closed;
  expect(three.get(keyOf(2))?.value).toEqual({ inline: 2 });
  await three.write(factsOf(3), 3);
  expect(three.get(keyOf(3))?.value).toEqual({ inline: 3 });
});
