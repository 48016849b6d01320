/** Processes that are killed while they write to a store: what was acknowledged is there and right. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unpack } from "../../src/codec/pack.ts";
import { Packed } from "../../src/codec/packed.ts";
import type { Store } from "../../src/store/store.ts";
import { randomOf } from "./random.ts";
import { factsOf, keptValue, keyOf } from "./store-entries.ts";
import { ask, newFolder, openStore, startProcess, valueIn } from "./store-rig.ts";

const SEED = Number(process.env["SEED"] ?? 4_711);
const KILLS = Number(process.env["KILLS"] ?? 4);
const LATEST = 20;

test(
  `a writer that is killed (${KILLS} times, SEED=${SEED}) loses nothing that was acknowledged, and leaves no half`,
  async () => {
    const random = randomOf(SEED);
    const folder = newFolder();
    const store = openStore(folder);
    const acknowledged = new Set<number>();
    const start = async (from: number) => {
      const child = await startProcess(folder);
      let heard = 0;
      let [goal, reached] = [Number.POSITIVE_INFINITY, () => {}];
      child.on("message", at => {
        acknowledged.add(at as number);
        heard += 1;
        if (heard >= goal) reached();
      });
      child.send({ writeOn: from });
      const hears = (more: number) =>
        new Promise<void>(resolve => {
          reached = resolve;
          goal = heard + more;
        });
      const ended = new Promise<NodeJS.Signals | null>(resolve => child.on("close", (_, signal) => resolve(signal)));
      return { child, hears, ended };
    };
    // Two write the same numbers, and this process looks after the store.
    const writers = await Promise.all([start(0), start(0)]);
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = writers[kill % 2]!;
      await victim.hears(1 + random(60));
      await new Promise(resolve => setTimeout(resolve, random(LATEST)));
      victim.child.kill("SIGKILL");
      expect(await victim.ended).toBe("SIGKILL");
      const { bad } = await store.verify(problem => expect(problem).toBeNull());
      expect(bad).toBe(0);
      writers[kill % 2] = await start(Math.max(0, acknowledged.size - random(100)));
    }
    for (const { child, ended } of writers) {
      child.kill("SIGKILL");
      await ended;
    }
    for (const at of acknowledged) {
      expect(await valueIn(store, store.get(keyOf(at))), `number ${at}`).toEqual(unpack(keptValue(at)));
    }
    expect(acknowledged.size).toBeGreaterThan(KILLS);
    const { bad, entries } = await store.verify(problem => expect(problem).toBeNull());
    expect(bad).toBe(0);
    expect(entries).toBeGreaterThanOrEqual(acknowledged.size);
  },
  60_000 + 12_000 * KILLS,
);

test("processes that write the same at once agree on whose counts, and another reads all of it", async () => {
  const folder = newFolder();
  const children = await Promise.all([startProcess(folder), startProcess(folder), startProcess(folder)]);
  const runs = (await Promise.all(
    children.map((child, at) => ask(child, { write: [0, 300], run: `run ${at}` })),
  )) as string[][];
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
  const store = openStore(folder);
  expect([...store.entries()].map(({ key, run }) => [key, run]).sort()).toEqual(
    runs[0]!.map((run, at) => [keyOf(at), run]).sort(),
  );
  expect(await ask(children[0]!, { read: [0, 400] })).toBe(300);
  expect(await Promise.all(children.map(child => ask(child, { close: true })))).toEqual(["closed", "closed", "closed"]);
  expect(await store.verify(() => {})).toMatchObject({ entries: 300, bad: 0, orphans: 0 });
});

test("what a process uses is not removed, until it has died or closed the store", async () => {
  const folder = newFolder();
  const [writer, user] = await Promise.all([startProcess(folder), startProcess(folder)]);
  await ask(writer!, { write: [0, 40], run: "run" });
  await ask(writer!, { use: [3, 8] });
  await ask(user!, { use: [1, 4, 16] });
  const store = openStore(folder);
  const left = () => [...Array(40).keys()].filter(at => store.get(keyOf(at)) !== undefined);
  await store.prune({ maxSize: 1 });
  expect(left()).toEqual([1, 3, 4, 8, 16]);
  user!.kill("SIGKILL");
  await new Promise(resolve => user!.on("close", resolve));
  await store.prune({ maxSize: 1 });
  expect(left()).toEqual([3, 8]);
  const closed = new Promise(resolve => writer!.on("close", resolve));
  await ask(writer!, { close: true });
  await closed;
  await store.prune({ maxSize: 1 });
  expect(left()).toEqual([]);
});

test("what a process writes for its own use is not removed before it has closed the store", async () => {
  const folder = newFolder();
  const store = openStore(folder);
  const put = (at: number, inUse: boolean) =>
    new Promise(done => {
      store.put({ facts: factsOf(at), value: at, about: null, how: {}, inUse, done });
    });
  expect(await Promise.all([put(1, true), put(2, false), put(3, true)])).toEqual([null, null, null]);
  const left = (of: Store) => [1, 2, 3].filter(at => of.get(keyOf(at)) !== undefined);
  const user = await startProcess(folder);
  expect(await ask(user, { prune: 1 })).toBe(1);
  expect(left(store)).toEqual([1, 3]);
  await store.close();
  expect(await ask(user, { prune: 1 })).toBe(2);
  expect(left(openStore(folder))).toEqual([]);
});

test("the least recently used goes first, and no more than has to", async () => {
  const folder = newFolder();
  const store = openStore(folder);
  // Each of its own 20 kB, so that the index hardly counts.
  const value = (at: number) => new Packed("json", JSON.stringify(`${at}-`.repeat(5_000).padEnd(20_000, "x")));
  for (let at = 0; at < 30; at++) await store.write(factsOf(at), value(at), { compress: false });
  store.use([7, 2, 5].map(at => keyOf(at)));
  await store.close();
  const again = openStore(folder);
  const { freed, kept, size } = await again.prune({ maxSize: 220_000 });
  expect(size).toBeLessThanOrEqual(220_000);
  expect(size).toBeGreaterThan(220_000 - 25_000);
  expect(freed).toBeGreaterThan(300_000);
  const left = [...Array(30).keys()].filter(at => again.get(keyOf(at)) !== undefined);
  expect(left).toEqual([2, 5, 7, ...Array.from({ length: kept - 3 }, (_, at) => 30 - (kept - 3) + at)]);
});

test("the notes of processes on what they used are put together", async () => {
  const folder = newFolder();
  for (let at = 0; at < 150; at++) {
    const store = openStore(folder);
    store.use([keyOf(at)]);
    await store.close();
  }
  expect(readdirSync(join(folder, "cache", "uses")).length).toBeLessThan(70);
  expect(readdirSync(join(folder, "cache", "tmp"))).toEqual([]);
});
