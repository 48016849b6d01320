import { mkdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Place, type Sharer } from "./owners-rig.ts";

const PROCESSES = 20;
const AT_FIRST = 7;
const KILLS = 11;
const KEYS = Array.from({ length: 8 }, (_, at) => `key-${at}`);

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

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
  let living: Sharer[] = [];
  let started = 0;
  let steps = 0;
  let next = 40;
  const storms: Promise<void>[] = [];

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
    if (steps < next || killed.size === KILLS || living.length < 2) return;
    next = steps + 20 + random(40);
    const victim = living[random(2) * random(living.length)]!;
    living = living.filter(one => one !== victim);
    killed.add(victim.child.pid!);
    victim.child.kill("SIGKILL");
    start();
  };
  const start = () => {
    if (started === PROCESSES) return;
    started += 1;
    const sharer = place.start();
    sharer.onSaid = said => {
      if (said.clash !== undefined) clash(sharer, said.clash);
      if (said.step !== undefined) step();
    };
    const run = async () => {
      await Promise.race([sharer.ready(), sharer.ended]);
      if (!killed.has(sharer.child.pid!)) await sharer.order("storm", KEYS, random(2 ** 31));
    };
    living.push(sharer);
    storms.push(
      run().catch(error => {
        if (!killed.has(sharer.child.pid!)) throw error;
      }),
    );
  };

  try {
    for (let at = 0; at < AT_FIRST; at++) start();
    // Storms of processes that join later are added while these are awaited.
    for (let at = 0; at < storms.length; at++) await storms[at];
    while (started < PROCESSES) start();
    for (let at = 0; at < storms.length; at++) await storms[at];
    await Promise.all(living.map(sharer => sharer.order("drain", KEYS)));
    await Promise.all(living.map(sharer => sharer.order("close")));
    return { clashes, survivors: living.length };
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
