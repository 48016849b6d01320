import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { PAUSE } from "../../src/store/remote/circuit.ts";
import { serveStore } from "../../src/store/remote/server.ts";
import { client, factsOf, folder, keyOf, large, put } from "./remote.rig.ts";

/** Takes connections and never answers. */
async function silent(): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const server = createServer(socket => {
    asked += 1;
    socket.on("error", () => {});
  });
  await new Promise<void>(listening => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

test("an address where nothing listens is told of once, and its return is noticed", async () => {
  const at = await folder();
  const first = await serveStore({ folder: at });
  const port = Number(new URL(first.url).port);
  await put(client(first.url), "a", 1);
  await first.close();

  let now = 0;
  const { store, told } = client(first.url, { now: () => now });
  for (const seed of ["a", "b", "c"]) expect(await store.fetch(keyOf(seed))).toBeUndefined();
  await put({ store, told }, "d", 1);
  expect(told).toEqual([expect.stringContaining("ECONNREFUSED")]);

  const second = await serveStore({ folder: at, port });
  onTestFinished(() => second.close());
  expect(await store.fetch(keyOf("a"))).toBeUndefined();
  now += PAUSE;
  expect((await store.fetch(keyOf("a")))?.value).toBe(1);
  expect(told).toHaveLength(1);
});

test("an address that never answers costs its patience once", async () => {
  const { url, asked } = await silent();
  const { store, told } = client(url, { patience: 50 });
  expect(await store.fetch(keyOf("a"))).toBeUndefined();
  for (let i = 0; i < 100; i++) {
    store.push(factsOf(`${i}`), large(20_000));
    expect(await store.fetch(keyOf(`${i}`))).toBeUndefined();
  }
  await store.flush();
  expect(asked()).toBeLessThanOrEqual(1);
  expect(told).toEqual([expect.stringContaining("no answer in 0.05 s")]);
});

test("requests that are under way at once are bounded, and trouble ends those that wait", async () => {
  const { url, asked } = await silent();
  const { store, told } = client(url, { patience: 50 });
  const entries = await Promise.all(Array.from({ length: 500 }, (_, i) => store.fetch(keyOf(`${i}`))));
  expect(entries.every(entry => entry === undefined)).toBe(true);
  expect(asked()).toBeLessThanOrEqual(64);
  expect(told).toHaveLength(1);
});

test("results that a slow server does not take in time are left out, which is told of", async () => {
  const { url } = await silent();
  const { store, told } = client(url, { patience: 50 });
  const value = large(50 * 1024 ** 2);
  for (let i = 0; i < 10; i++) store.push(factsOf(`${i}`), value);
  expect(told).toEqual([expect.stringContaining("slower")]);
  await store.flush();
});

test("after the end there are neither hits nor pushes", async () => {
  const served = await serveStore({ folder: await folder() });
  onTestFinished(() => served.close());
  const { store, told } = client(served.url);
  store.push(factsOf("a"), 1);
  await store.close();
  store.push(factsOf("b"), 1);
  await store.flush();
  expect(await store.fetch(keyOf("a"))).toBeUndefined();
  const other = client(served.url).store;
  expect((await other.fetch(keyOf("a")))?.value).toBe(1);
  expect(await other.fetch(keyOf("b"))).toBeUndefined();
  expect(told).toEqual([]);
});
