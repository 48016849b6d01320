import { mkdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Place, type Sharer } from "./owners-rig.ts";
import { randomOf } from "./random.ts";

const PROCESSES = 20;
const AT_FIRST = 6;
const KILLS = 15;
const KEYS = Array.from({ length: 8 }, (_, at) => `key-${at}`);

/**
 * Processes claim and release at random, and are killed at any moment, most often the one that joined first, which is
 * the arbiter. A file for each key that is held is the witness. In the end each that lives must get every key.
 */
async function storm(seed: number): Promise<{ clashes: string[]; survivors: number }> {
  const place = await Place.open();
  const witness = join(place.folder, "witness");
  mkdirSync(witness);
  const random = randomOf(seed);
  const killed = new Set<number>();
  const clashes: string[] = [];
  const failures: unknown[] = [];
  const storms: Promise<unknown>[] = [];
  /** Those that have joined, in this order; and those that only start. */
  let storming: Sharer[] = [];
  let starting = 0;
  let started = 0;
  let steps = 0;
  let next = Number.POSITIVE_INFINITY;
  let end = () => {};
  const ended = new Promise<void>(resolve => {
    end = resolve;
  });

  const clash = (sharer: Sharer, key: string) => {
    const path = join(witness, key);
    try {
      const holder = Number(readFileSync(path, "utf8"));
      if (!killed.has(holder)) clashes.push(`${key} is held by ${holder} and ${sharer.child.pid}`);
      unlinkSync(path);
    } catch {
      clashes.push(`${key} was held by two, one of them ${sharer.child.pid}`);
    }
    if (sharer.child.connected) sharer.child.send("cleaned", () => {});
  };
  const step = () => {
    steps += 1;
    if (steps < next) return;
    next = steps + 30 + random(100);
    if (killed.size === KILLS) return end();
    const victim = storming[random(2) * random(storming.length)]!;
    storming = storming.filter(one => one !== victim);
    killed.add(victim.child.pid!);
    victim.child.kill("SIGKILL");
    if (started < PROCESSES) void start();
  };
  const start = async () => {
    started += 1;
    starting += 1;
    next = Number.POSITIVE_INFINITY;
    const sharer = place.start();
    sharer.onSaid = said => {
      if (said.clash !== undefined) clash(sharer, said.clash);
      if (said.step !== undefined) step();
    };
    await sharer.ready();
    storming.push(sharer);
    starting -= 1;
    if (starting === 0) next = steps + 30 + random(100);
    const over = sharer.order("storm", KEYS, random(2 ** 31)).catch(error => {
      if (killed.has(sharer.child.pid!)) return;
      failures.push(error);
      end();
    });
    storms.push(over);
  };

  try {
    for (let at = 0; at < AT_FIRST; at++) void start();
    await ended;
    await Promise.all(storming.map(sharer => sharer.order("calm")));
    await Promise.all(storms);
    await Promise.all(storming.map(sharer => sharer.order("drain", KEYS)));
    await Promise.all(storming.map(sharer => sharer.order("close")));
    expect(failures).toEqual([]);
    return { clashes, survivors: storming.length };
  } finally {
    await place.close();
  }
}

test("processes that come, go and are killed at random never hold a key at once, and none is forgotten", async () => {
  const seed = Number(process.env["SEED"] ?? 20261);
  const { clashes, survivors } = await storm(seed);
  expect(clashes).toEqual([]);
  expect(survivors).toBe(PROCESSES - KILLS);
}, 120_000);
