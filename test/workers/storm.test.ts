/** Everything at once: the rig throws when a call ends twice, or ends although the runner does not hold it. */
import { afterEach, describe, expect, test } from "vitest";
import type * as ProcessesModule from "../../src/runners/processes.ts";
import type * as ThreadsModule from "../../src/runners/threads.ts";
import { built, Rig, taskOf } from "./rig.ts";

const { threads } = await built<typeof ThreadsModule>("runners/threads.js");
const { processes } = await built<typeof ProcessesModule>("runners/processes.js");

let rig: Rig;
afterEach(() => rig.session.close());

/** Numbers that look random and are the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe.each([
  ["threads", threads, 1],
  ["threads", threads, 3],
  ["processes", processes, 1],
  ["processes", processes, 3],
] as const)("%s, %o, %i at once", (_, make, concurrency) => {
  test.each([1, 2])("short and long calls, failures, crashes and cancellations, seed %i", async seed => {
    const random = randomFrom(seed);
    rig = new Rig(make({ workers: 2, concurrency }));
    const expected = new Map<number, string>();
    const cancelled: number[] = [];
    for (let i = 0; i < 200; i += 1) {
      const dice = random();
      if (dice < 0.6) expected.set(rig.submit(taskOf("add"), i, 1), "completed");
      else if (dice < 0.8) expected.set(rig.submit(taskOf("addSoon"), i, 1), "completed");
      else if (dice < 0.9) expected.set(rig.submit(taskOf("spins"), 3 * random()), "completed");
      else if (dice < 0.97) expected.set(rig.submit(taskOf("boom"), "storm"), "failed");
      else if (dice < 0.98) expected.set(rig.submit(taskOf(dice < 0.975 ? "exits" : "exitsLater"), 9), "crashed");
      else cancelled.push(rig.submit(taskOf("obeys")));
      if (random() < 0.02) await new Promise(resolve => setTimeout(resolve, 5 * random()));
      const victim = random() < 0.05 ? cancelled[Math.floor(random() * cancelled.length)] : undefined;
      if (victim !== undefined) rig.cancel(victim);
    }
    for (const id of cancelled) rig.cancel(id);
    for (const [id, state] of expected) expect([id, (await rig.ended(id)).state]).toEqual([id, state]);
    expect([...rig.attempts.keys()].sort((a, b) => a - b)).toEqual([...expected.keys()]);
  });
});
