/** Case 58: coordinators that are killed at random moments, two at a time on one store. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Coordinator, places, Scene } from "./kills-rig.ts";
import { randomOf } from "./random.ts";
import { newFolder } from "./store-rig.ts";

const SEED = Number(process.env["SEED"] ?? 20_581);
const KILLS = Number(process.env["KILLS"] ?? 14);
/** After so many moments everything begins anew in an empty folder, so that its first moments are met too. */
const MOMENTS = 7;
/** A run tells some 150 things, where most is to be done. */
const STEPS = 110;
const LATEST = 12;

test(
  `whoever is killed whenever (${KILLS} times, SEED=${SEED}): all values are right and nothing is done twice`,
  async () => {
    const random = randomOf(SEED);
    let kills = 0;
    while (kills < KILLS) kills += await act(newFolder(), random, Math.min(MOMENTS, KILLS - kills));
  },
  60_000 + 12_000 * KILLS,
);

/** Some moments in one folder; gives how many processes were killed. */
async function act(folder: string, random: (below: number) => number, moments: number): Promise<number> {
  const scene = new Scene(folder);
  const running = new Set<Coordinator>();
  const failures: unknown[] = [];
  let [kills, steps, from, finished] = [0, 0, 0, 0];
  let goal = Number.POSITIVE_INFINITY;
  let reached = () => {};
  const look = () => {
    if (steps >= goal || running.size === 0 || failures.length > 0) reached();
  };
  const start = () => {
    const coordinator = new Coordinator(folder, places[random(places.length)]!, from, () => {
      steps += 1;
      look();
    });
    running.add(coordinator);
    const ended = (error?: unknown) => {
      running.delete(coordinator);
      if (error !== undefined) failures.push(error);
      else if (!coordinator.killed) finished += 1;
      look();
    };
    coordinator.ended.then(() => ended(), ended);
  };
  try {
    for (let moment = 0; moment < moments; moment++) {
      while (running.size < 2) start();
      await new Promise<void>(resolve => {
        reached = resolve;
        goal = steps + random(STEPS);
        look();
      });
      await new Promise(resolve => setTimeout(resolve, random(LATEST)));
      const all = [...running];
      const victims = random(3) === 0 ? all : all.slice(0, 1);
      for (const victim of victims) victim.kill();
      kills += victims.length;
      await Promise.all(victims.map(victim => victim.ended));
      expect(failures).toEqual([]);
      await scene.look();
      from += 2;
    }
  } finally {
    for (const coordinator of running) coordinator.kill();
    await Promise.allSettled([...running].map(coordinator => coordinator.ended));
  }
  const orphans = await scene.end(from);
  expect(orphans).toBeLessThanOrEqual(4 * (kills + 2));
  expect(readdirSync(join(folder, "store"))).toEqual(["cache"]);
  if (process.env["KILLS"] !== undefined)
    console.log(`${kills} kills, ${finished} runs ended, ${orphans} files of nobody`);
  return kills;
}
