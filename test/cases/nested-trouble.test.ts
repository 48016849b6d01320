import { callsIn } from "heddle/testing";
import { expect } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import { down, keptLeaf, keptSum, killedWhileWaiting, tooLong, tree } from "../fixtures/cases/nested-tasks.mjs";
import { calling, on, pools } from "./places.ts";

on(
  calling,
  "a cached task that calls cached tasks: warm, none runs; what is cleared runs, and what called it",
  async bench => {
    const { at } = bench;
    const where = folder();
    const body = () => keptSum.submit(at, 1, 2);
    const cold = await runOn(bench, where, body);
    expect([cold.value, cold.told]).toEqual([6, ["keptLeaf 1", "keptLeaf 2", "keptSum 1,2"]]);
    const warm = await runOn(bench, where, body);
    expect([warm.value, warm.told]).toEqual([6, []]);
    expect((await runOn(bench, where, () => keptLeaf.clear(at, 2))).value).toBe(true);
    const after = await runOn(bench, where, body);
    expect([after.value, after.told]).toEqual([6, ["keptLeaf 2", "keptSum 1,2"]]);
  },
);

on(calling, "recursion with a limit of 1 on the task itself", async ({ run, runner }) => {
  expect(await run(() => down.submit(15), { runner: runner(2), limits: { down: 1 } })).toBe(15);
});

on(calling, "a tree under two limits, with calls of its own kind waiting", async ({ watch, runner }) => {
  const { result } = watch(() => tree.submit(5), runner(2));
  expect(await result).toBe(32);
});

on(pools, "a call that kills its workers while it waits is found after some restarts, and tried again", async bench => {
  const { channel, at, watch, runner } = bench;
  const { result, witness } = watch(() => killedWhileWaiting.submit(at), runner(2));
  await channel.reached("waits");
  await channel.reached("first");
  channel.pass("die");
  await channel.reached("second");
  channel.pass("second");
  expect(await result).toBe(2);
  const calls = callsIn(witness.events);
  expect(calls.filter(call => call.task === "held").at(-1)?.state).toBe("completed");
  expect(calls.map(call => call.state)).not.toContain("running");
  expect(witness.of("restarted").length).toBeLessThanOrEqual(3);
});

on(calling, "a task whose time is up while it waits takes what it called with it", async ({ channel, at, watch }) => {
  const { result, witness } = watch(async () => await tooLong.submit(at, "for ever").settled());
  await channel.reached("for ever");
  await result;
  const calls = callsIn(witness.events).slice(1);
  expect(calls.map(call => [call.task, call.state])).toEqual([
    ["tooLong", "timedOut"],
    ["held", "cancelled"],
  ]);
});
