import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { Packed, type PackedValue } from "../../src/codec/packed.ts";
import { OptionError } from "../../src/errors.ts";
import type { EntryFacts, FileFact } from "../../src/store/entry.ts";
import { flatten, unflatten } from "../../src/store/remote/value.ts";
import { client, factsOf, keyOf, large, put, server, sha256 } from "./remote.rig.ts";

describe("a round trip", () => {
  const values: Record<string, PackedValue> = {
    text: "a\ud800b",
    "minus zero": -0,
    "not a number": Number.NaN,
    bigint: 2n ** 70n,
    nothing: undefined,
    null: null,
    json: new Packed("json", '{"a":[1,"ü"]}'),
    bytes: new Packed("clone", Uint8Array.from([255, 15, 0, 1])),
    marked: new Packed("marked", Uint8Array.from([0, 128])),
    "large text": "x\udc00".repeat(50_000),
    "large json": large(),
    "large bytes": new Packed(
      "clone",
      Uint8Array.from({ length: 200_000 }, (_, i) => i),
    ),
  };

  test.each(Object.entries(values))("%s", async (_, value) => {
    const { url } = await server();
    const writer = client(url);
    const facts = await put(writer, "a", value);
    const reader = client(url, { push: false });
    expect(await reader.store.fetch(facts.key)).toEqual({ facts, value });
    expect([...writer.told, ...reader.told]).toEqual([]);
  });

  test("any value is flattened and read again", () => {
    const packed = fc.oneof(
      fc.string({ unit: "binary" }).map(text => new Packed("json", JSON.stringify(text))),
      fc.uint8Array().map(bytes => new Packed("clone", bytes)),
    );
    const any = fc.oneof(fc.string(), fc.double(), fc.bigInt(), fc.boolean(), fc.constant(null), packed);
    const kept = fc.property(any, value => {
      expect(unflatten(flatten(value)!)).toStrictEqual(value);
    });
    fc.assert(kept);
  });

  test("bytes own their memory, so that a thread can be sent them", async () => {
    const { url } = await server();
    const { store } = client(url);
    for (const length of [10, 100_000]) {
      const facts = factsOf(`${length}`);
      store.push(facts, new Packed("clone", new Uint8Array(length)));
      await store.flush();
      const { data } = (await store.fetch(facts.key))!.value as Packed & { data: Uint8Array };
      expect(data.buffer.byteLength).toBe(length);
    }
  });
});

test("what is not there is a miss, without a word", async () => {
  const { url } = await server();
  const { store, told } = client(url);
  expect(await store.fetch(keyOf("a"))).toBeUndefined();
  expect(await store.fetch("../../etc/passwd")).toBeUndefined();
  expect(told).toEqual([]);
});

test("nothing is pushed unless that is asked for", async () => {
  const { url } = await server();
  const { store } = client(url, { push: false });
  const facts = await put({ store, told: [] }, "a", 1);
  expect(await store.fetch(facts.key)).toBeUndefined();
});

test("entries that mean nothing elsewhere are not pushed", async () => {
  const { url } = await server();
  const { store, told } = client(url);
  const file: FileFact = { path: "out.csv", digest: sha256("a"), size: 1 };
  const kinds: Partial<EntryFacts>[] = [
    { files: [file] },
    { directory: { path: "dirs/a", files: [] } },
    { children: [] },
    { identity: "/home/ada/project/a.ts#score" },
    { call: "C:\\ada\\score" },
  ];
  for (const more of kinds) store.push(factsOf("a", more), 1);
  await store.flush();
  expect(await store.fetch(keyOf("a"))).toBeUndefined();
  expect(told).toEqual([]);
});

describe("immutability", () => {
  test("the first entry under a key stays", async () => {
    const { url } = await server();
    const first = client(url);
    const second = client(url);
    await put(first, "a", 1);
    await put(second, "a", 2);
    expect((await second.store.fetch(keyOf("a")))?.value).toBe(1);
    expect(second.told).toEqual([]);
  });

  test("of many pushes at once one stays, for everybody", async () => {
    const { url, folder } = await server();
    const clients = Array.from({ length: 12 }, () => client(url));
    clients.forEach(({ store }, i) => {
      store.push(factsOf("a", { run: `run-${i}` }), large(20_000 + i));
    });
    await Promise.all(clients.map(({ store }) => store.flush()));
    const seen = await Promise.all(clients.map(({ store }) => store.fetch(keyOf("a"))));
    expect(seen[0]).toBeDefined();
    for (const entry of seen) expect(entry).toEqual(seen[0]);
    expect(clients.flatMap(({ told }) => told)).toEqual([]);
    expect(await readdir(join(folder, "drafts"))).toEqual([]);
  });
});

describe("damage", () => {
  const blobFile = (at: string, value: Packed) => {
    const digest = sha256(value.data);
    return join(at, "blobs", digest.slice(0, 2), digest);
  };
  const entryFile = (at: string, key: string) => join(at, "entries", key.slice(0, 2), key);

  test.each([
    ["poisoned", (path: string) => writeFile(path, `"${"o".repeat(200_000)}"`)],
    ["truncated", (path: string) => truncate(path, 1_000)],
    ["longer", async (path: string) => writeFile(path, `${await readFile(path, "utf8")} `)],
  ])("a blob that is %s is refused, told once, and put right by the next push", async (_, spoil) => {
    const { url, folder } = await server();
    const { store, told } = client(url);
    const { key } = await put({ store, told }, "a", large());
    await spoil(blobFile(folder, large()));
    expect(await store.fetch(key)).toBeUndefined();
    expect(await store.fetch(key)).toBeUndefined();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(url);

    await put({ store, told }, "a", large());
    expect((await client(url).store.fetch(key))?.value).toEqual(large());
  });

  test("an entry that is no document, or belongs to another key, is refused and put right", async () => {
    const { url, folder } = await server();
    const one = client(url);
    const { key } = await put(one, "a", 1);
    const path = entryFile(folder, key);
    for (const text of ["", "{", "[]", '{"heddle":2}', (await readFile(path, "utf8")).replace(key, keyOf("b"))]) {
      await writeFile(path, text);
      const { store, told } = client(url);
      expect(await store.fetch(key)).toBeUndefined();
      expect(told).toEqual([expect.stringContaining("damaged")]);
    }
    await put(one, "a", 2);
    expect((await one.store.fetch(key))?.value).toBe(2);
  });

  test("an answer that ends in its middle is refused", async () => {
    const cut = createServer((_, response) => {
      response.writeHead(200, { "content-length": 1_000 });
      response.write("half", () => response.destroy());
    });
    await new Promise<void>(listening => cut.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void cut.close());
    const { store, told } = client(`http://127.0.0.1:${(cut.address() as AddressInfo).port}`);
    expect(await store.fetch(keyOf("a"))).toBeUndefined();
    expect(told).toHaveLength(1);
  });

  test("what is no shared cache is told of once", async () => {
    const other = createServer((_, response) => response.end("<html>"));
    await new Promise<void>(listening => other.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void other.close());
    const { store, told } = client(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
    for (const seed of ["a", "b"]) expect(await store.fetch(keyOf(seed))).toBeUndefined();
    expect(told).toHaveLength(1);
    await put({ store, told }, "a", 1);
    expect(told[1]).toContain("heddle cache serve");
  });
});

describe("tokens", () => {
  test("a wrong one, or none, is told of once with the remedy", async () => {
    const { url } = await server({ token: "right" });
    for (const given of [{ token: "wrong" }, {}, { token: "" }]) {
      const { store, told } = client(url, given);
      expect(await store.fetch(keyOf("a"))).toBeUndefined();
      expect(await store.fetch(keyOf("b"))).toBeUndefined();
      await put({ store, told }, "a", 1);
      expect(told).toEqual([expect.stringMatching(/401.*Give the token/)]);
    }
  });

  test("one for reading reads, and does not write", async () => {
    const { url } = await server({ token: "right", readToken: "look" });
    const { key } = await put(client(url, { token: "right" }), "a", 1);
    const { store, told } = client(url, { token: "look" });
    await put({ store, told }, "b", 1);
    await put({ store, told }, "c", 1);
    expect((await store.fetch(key))?.value).toBe(1);
    expect(await store.fetch(keyOf("b"))).toBeUndefined();
    expect(told).toEqual([expect.stringContaining("read")]);
    const body = "x".repeat(20_000);
    const headers = { authorization: "Bearer look" };
    const direct = await fetch(`${url}/v1/blobs/${sha256(body)}`, { method: "PUT", body, headers });
    expect(direct.status).toBe(403);
  });

  test("other machines are not served without one", async () => {
    await expect(server({ host: "0.0.0.0" })).rejects.toThrow(OptionError);
    await expect(server({ token: "" })).rejects.toThrow(OptionError);
  });
});

describe("signatures", () => {
  test("entries signed with the secret are read with it, and without", async () => {
    const { url } = await server({ signed: true });
    const secret = "loom";
    const { key } = await put(client(url, { secret }), "a", large());
    for (const reader of [client(url, { secret }), client(url)]) {
      expect((await reader.store.fetch(key))?.value).toEqual(large());
      expect(reader.told).toEqual([]);
    }
  });

  test("unsigned and wrongly signed entries are refused, and told of once", async () => {
    const { url } = await server();
    await put(client(url), "a", 1);
    await put(client(url, { secret: "other" }), "b", 1);
    const { store, told } = client(url, { secret: "loom" });
    expect(await store.fetch(keyOf("a"))).toBeUndefined();
    expect(await store.fetch(keyOf("b"))).toBeUndefined();
    expect(told).toEqual([expect.stringContaining("not signed")]);
  });

  test("every part of a document counts", async () => {
    const { url, folder } = await server();
    const secret = "loom";
    const { key } = await put(client(url, { secret }), "a", 1);
    const path = join(folder, "entries", key.slice(0, 2), key);
    const text = await readFile(path, "utf8");
    const changes: [string, string][] = [
      ['"inline":"1"', '"inline":"2"'],
      ['"kind":"number"', '"kind":"bigint"'],
      ['"ms":12.5', '"ms":12'],
      ["score-a", "score-b"],
      ["run-1", "run-2"],
      [sha256("a"), sha256("b")],
      ["1700000000000", "1700000000001"],
    ];
    for (const [from, to] of changes) {
      expect(text).toContain(from);
      await writeFile(path, text.replace(from, to));
      const { store, told } = client(url, { secret });
      expect(await store.fetch(key), from).toBeUndefined();
      expect(told).toEqual([expect.stringContaining("another secret")]);
    }
  });

  test("who has no secret does not write where entries must be signed", async () => {
    const { url } = await server({ signed: true });
    const { store, told } = client(url);
    for (const seed of ["a", "b"]) await put({ store, told }, seed, 1);
    expect(await store.fetch(keyOf("a"))).toBeUndefined();
    expect(told).toEqual([expect.stringContaining("must be signed")]);
  });

  test("an empty secret is refused", () => {
    const open = () => client("http://127.0.0.1:1", { secret: "" });
    expect(open).toThrow(OptionError);
  });
});

test("a result larger than the server takes is told of and not shared", async () => {
  const { url } = await server({ maxBlob: 100_000 });
  const { store, told } = client(url);
  await put({ store, told }, "a", large());
  expect(await store.fetch(keyOf("a"))).toBeUndefined();
  expect(told).toEqual([expect.stringContaining("100000")]);
});

test.each(["ftp://host", "nonsense", "s3://", "http://ada:word@host"])("%s is no address", url => {
  expect(() => client(url)).toThrow(OptionError);
});
