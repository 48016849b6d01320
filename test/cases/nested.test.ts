import { callsIn } from "heddle/testing";
import { describe, expect } from "vitest";
import {
  callsFlow,
  directly,
  down,
  ignoresFailure,
  refuses,
  retried,
  returnsFutures,
  starts,
  sums,
  talks,
  throwsUpwards,
  tree,
  ways,
} from "../fixtures/cases/nested-tasks.mjs";
import { calling, callingThroughout, on } from "./places.ts";

describe("calls from inside a task", () => {
  on(calling, "recursion 33 deep in a pool of 2", async ({ run, runner }) => {
    expect(await run(() => down.submit(33), { runner: runner(2) })).toBe(33);
  });

  on(calling, "recursion by direct calls, in a pool of 1", async ({ run, runner }) => {
    expect(await run(() => directly.submit(12), { runner: runner(1) })).toBe(12);
  });

  on(calling, "a tree of 255 calls in a pool of 2", async ({ run, runner }) => {
    expect(await run(() => tree.submit(7), { runner: runner(2) })).toBe(128);
  });

  on(calling, "a map of 200 elements, several times at once", async ({ run, runner }) => {
    const ns = Array.from({ length: 200 }, (_, n) => n);
    const sum = ns.reduce((a, b) => a + 2 * b, 0);
    expect(await run(() => Promise.all([1, 2, 3].map(() => sums.submit(ns))), { runner: runner(2) })).toEqual([
      sum,
      sum,
      sum,
    ]);
  });

  on(callingThroughout, "all ways of looking at futures", async ({ run }) => {
    expect(await run(() => ways.submit())).toEqual({
      whole: { one: 2, chained: 4, part: 8 },
      outcome: [false, "inside"],
      settled: false,
      done: 2,
      came: [14, 16],
      kept: 18,
    });
  });

  on(calling, "futures that a task returns are resolved", async ({ run }) => {
    expect(await run(() => returnsFutures.submit())).toEqual({ list: [2, 4], one: 6 });
  });

  on(calling, "a failure that nobody looks at fails the task", async ({ run }) => {
    await expect(run(() => ignoresFailure.submit())).rejects.toThrow(/fails-\d+ \(nobody looks\)/);
  });

  on(callingThroughout, "a failure that is awaited is the task's own", async ({ run }) => {
    await expect(run(() => throwsUpwards.submit())).rejects.toThrow("from below");
  });

  on(callingThroughout, "flows can be called", async ({ run }) => {
    expect(await run(() => callsFlow.submit(4))).toBe(9);
  });

  on(calling, "a task that is tried again calls anew", async ({ run }) => {
    expect(await run(() => retried.submit())).toBe(4);
  });

  on(calling, "they are calls of the run, of which the events tell who made them", async ({ watch }) => {
    const { result, witness } = watch(() => callsFlow.submit(4));
    await result;
    const calls = callsIn(witness.events).slice(1);
    expect(calls.map(({ task, parent, state }) => [task, parent, state])).toEqual([
      ["callsFlow", expect.stringMatching(/^watched \d+-1$/), "completed"],
      ["inner", "callsFlow-2", "completed"],
      ["leaf", "inner-3", "completed"],
    ]);
  });

  on(callingThroughout, "what they print is theirs", async ({ watch }) => {
    const { result, witness } = watch(() => talks.submit());
    await result;
    const printed = callsIn(witness.events)
      .slice(1)
      .map(({ task, output }) => [task, output]);
    expect(printed).toEqual([
      ["talks", "before\nafter\n"],
      ["noisy", "noisy 1\n"],
      ["noisy", "noisy 2\n"],
    ]);
  });

  on(callingThroughout, "cancelling a task cancels what it called", async ({ channel, at, watch }) => {
    let future: ReturnType<typeof starts.submit> | undefined;
    const { result, witness } = watch(async () => {
      future = starts.submit(at, "never");
      await channel.reached("started never");
      await channel.reached("never");
      future.cancel("enough");
      await future.settled();
    });
    await result;
    expect(future!.state).toBe("cancelled");
    const states = callsIn(witness.events)
      .slice(1)
      .map(({ task, state }) => [task, state]);
    expect(states).toEqual([
      ["starts", "cancelled"],
      ["held", "cancelled"],
    ]);
  });

  on(
    callingThroughout,
    "the slot of a task that waits is free: in a pool of 1 what it called runs there",
    async bench => {
      const { channel, at, run, runner } = bench;
      const body = async () => {
        const [first, second] = [starts.submit(at, "one"), starts.submit(at, "two")];
        await channel.reached("started one");
        await channel.reached("one");
        channel.pass("one", "two");
        return [await first, await second];
      };
      expect(await run(body, { runner: runner(1) })).toEqual([7, 7]);
    },
  );

  on(
    ["threads", "processes", "custom", "dask"],
    "what cannot be told to the coordinator is refused",
    async ({ run }) => {
      expect(await run(() => refuses.submit())).toMatch(/retryIf: on a worker it cannot be given to a single call/);
    },
  );
});

on(["threads"], "1,000 levels deep", async () => {
  const { run, threads } = await import("heddle");
  expect(await run({ runner: threads({ workers: 2 }) }, () => down.submit(1000))).toBe(1000);
});
