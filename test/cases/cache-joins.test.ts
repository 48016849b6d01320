import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unmapped } from "heddle";
import { describe, expect } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import {
  add,
  boxed,
  callsItself,
  diesOnce,
  failsUntil,
  held,
  heldFlow,
  left,
  patient,
  ping,
  right,
  shows,
  spins,
} from "../fixtures/cases/cache-tasks.mjs";
import { becomes, here, on, pools } from "./places.ts";

describe("equal calls in one run", () => {
  on(here, "are executed once, in one map too, and all get values of their own", async bench => {
    const { at, channel } = bench;
    const where = folder();
    channel.passAll();
    const ran = await runOn(bench, where, async () => {
      const calls = [boxed.submit(at, 1), boxed.submit(at, 1), boxed(at, 1)];
      const list = boxed.map(unmapped(at), [1, 2, 1, 2, 1]);
      const after = boxed.submit(at, calls[0]!.get("value"));
      const values = [...(await Promise.all(calls)), ...(await list), await after];
      expect(new Set(values).size).toBe(values.length);
      values[0]!.list[0] = 77;
      return [...values.slice(1), await boxed.submit(at, 1)].map(value => value.list[0]);
    });
    expect(ran.value).toEqual([1, 1, 1, 2, 1, 2, 1, 1, 1]);
    expect(ran.told).toEqual(["boxed 1", "boxed 2"]);
    expect(ran.calls.filter(call => !call.cached)).toHaveLength(2);
    expect(ran.calls.every(call => call.state === "completed")).toBe(true);
  });

  on(here, "submitted while the first runs: both get its result, or its error", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const ran = await runOn(bench, where, async () => {
      const good = [held.submit(at, "good", 5)];
      const bad = [held.submit(at, "bad one")];
      await Promise.all([channel.reached("good"), channel.reached("bad one")]);
      good.push(held.submit(at, "good", 5));
      bad.push(held.submit(at, "bad one"));
      const consumer = shows.submit(at, bad[1]);
      channel.passAll();
      const outcomes = await Promise.all([...good, ...bad].map(each => each.settled()));
      return [outcomes, await consumer.wait()] as const;
    });
    const [outcomes, consumer] = ran.value;
    expect(outcomes.slice(0, 2)).toEqual([
      { ok: true, value: 5 },
      { ok: true, value: 5 },
    ]);
    expect(outcomes[2]).toMatchObject({ ok: false, error: { name: "RangeError", message: "bad one failed" } });
    expect(outcomes[3]).toMatchObject({ ok: false, error: { name: "RangeError", message: "bad one failed" } });
    expect(consumer).toBe("upstreamFailed");
    expect(ran.told).toEqual(["bad one", "good"]);
    const later = await runOn(bench, where, () => held.submit(at, "bad one"));
    expect(later.told).toEqual(["bad one"]);
  });

  on(here, "a call that fails, with nobody looking at the one that joined it, fails the flow", async bench => {
    const { at, channel } = bench;
    const ran = await runOn(bench, folder(), async () => {
      const first = held.submit(at, "bad one");
      held.submit(at, "bad one");
      channel.passAll();
      await first.settled();
      return "fine";
    });
    expect(ran.error).toMatchObject({ code: "UNOBSERVED" });
  });

  on(here, "are retried once for all of them", async bench => {
    const { at, channel } = bench;
    const ran = await runOn(bench, folder(), async () => {
      const calls = [failsUntil.submit(at, "try", 3)];
      await channel.reached("try 1");
      calls.push(failsUntil.submit(at, "try", 3));
      channel.pass("try 1");
      await channel.reached("try 2");
      calls.push(failsUntil.submit(at, "try", 3));
      channel.passAll();
      return calls;
    });
    expect(ran.value).toEqual(["attempt 3", "attempt 3", "attempt 3"]);
    expect(ran.told).toEqual(["try 1", "try 2", "try 3"]);
  });

  on(pools, "time out together, and nothing is kept", async bench => {
    const { at } = bench;
    const where = folder();
    for (let round = 0; round < 2; round++) {
      const ran = await runOn(bench, where, async () => {
        const calls = [spins.submit(at, "spinning"), spins.submit(at, "spinning")];
        return Promise.all(calls.map(call => call.wait()));
      });
      expect(ran.value).toEqual(["timedOut", "timedOut"]);
      expect(ran.told).toEqual(["spinning"]);
    }
  });

  on(["processes"], "outlive their worker together", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const file = join(where, "attempts.txt");
    writeFileSync(file, "");
    const ran = await runOn(bench, where, async () => {
      const calls = [diesOnce.submit(at, "die", file)];
      await channel.reached("die 1");
      calls.push(diesOnce.submit(at, "die", file));
      channel.passAll();
      return calls;
    });
    expect(ran.value).toEqual(["attempt 2", "attempt 2"]);
    expect(readFileSync(file, "utf8")).toBe("..");
  });

  on(here, "wait where the first waits, and none comes before its inputs", async bench => {
    const { at, channel } = bench;
    const ran = await runOn(bench, folder(), async () => {
      const slow = held.submit(at, "slow", 1);
      const sums = [add.submit(at, slow as never, 1), add.submit(at, slow as never, 1), add.submit(at, 1, 1)];
      expect(await sums[2]).toBe(2);
      channel.passAll();
      return sums;
    });
    expect(ran.value).toEqual([2, 2, 2]);
    expect(ran.told).toEqual(["add 1 1", "slow"]);
  });
});

describe("cancellation of one of several equal calls", () => {
  on(here, "while it waits for a place: the other is executed", async bench => {
    const { at, channel } = bench;
    const ran = await runOn(
      bench,
      folder(),
      async () => {
        const first = held.submit(at, "first");
        const calls = [boxed.submit(at, 1), boxed.submit(at, 1), boxed.submit(at, 1)];
        await channel.reached("first");
        expect(calls[0]!.cancel("not needed")).toBe(true);
        expect(calls[2]!.cancel("not needed either")).toBe(true);
        channel.passAll();
        await first;
        return Promise.all(calls.map(call => call.wait()));
      },
      { runner: bench.runner(1) },
    );
    expect(ran.value).toEqual(["cancelled", "completed", "cancelled"]);
    expect(ran.told).toEqual(["boxed 1", "first"]);
  });

  on(here, "while it runs: the execution goes on for the other, and is kept", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const ran = await runOn(bench, where, async () => {
      const calls = [patient.submit(at, "point", 5), patient.submit(at, "point", 5), patient.submit(at, "point", 5)];
      await channel.reached("point");
      for (const call of calls.slice(0, 2)) {
        expect(call.cancel("changed my mind")).toBe(true);
        expect(await call.wait()).toBe("cancelled");
      }
      const late = patient.submit(at, "point", 5);
      channel.pass("point");
      return [calls[2], late, shows.submit(at, calls[2])];
    });
    expect(ran.value).toEqual([5, 5, "5"]);
    expect(ran.told).toEqual(["point", "shows 5"]);
    const again = await runOn(bench, where, () => patient.submit(at, "point", 5));
    expect([again.value, again.told]).toEqual([5, []]);
  });

  on(here, "and of all: it is told to stop, nothing is kept, and the next call starts anew", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const ran = await runOn(bench, where, async () => {
      const calls = [patient.submit(at, "point"), patient.submit(at, "point")];
      await channel.reached("point");
      for (const call of calls) call.cancel("all of it");
      await channel.nth(1);
      const next = patient.submit(at, "point");
      await channel.reached("point", 2);
      channel.passAll();
      return [await calls[0]!.wait(), await calls[1]!.wait(), await next];
    });
    expect(ran.value).toEqual(["cancelled", "cancelled", "point"]);
    expect(ran.told.filter(each => each === "point")).toHaveLength(2);
    expect(ran.told.filter(each => each.includes("stopped"))).toHaveLength(1);
  });

  on(here, "within a map: the others go on", async bench => {
    const { at, channel } = bench;
    const ran = await runOn(bench, folder(), async () => {
      const list = patient.map(unmapped(at), ["a", "b", "a", "a"]);
      await Promise.all([channel.reached("a"), channel.reached("b")]);
      list.at(0)!.cancel();
      list.at(3)!.cancel();
      channel.passAll();
      return (await list.settled()).map(outcome => outcome.ok);
    });
    expect(ran.value).toEqual([false, true, true, false]);
    expect(ran.told).toEqual(["a", "b"]);
  });

  on(here, "of a flow: the other conducts it anew, and its result is kept", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const ran = await runOn(bench, where, async () => {
      const flows = [heldFlow.submit(at, "inside"), heldFlow.submit(at, "inside")];
      await channel.reached("inside");
      flows[0]!.cancel("changed my mind");
      await channel.reached("inside", 2);
      channel.passAll();
      return [await flows[0]!.wait(), await flows[1]!];
    });
    expect(ran.value).toEqual(["cancelled", ["inside", 3]]);
    expect(ran.told.filter(each => each === "heldFlow inside")).toHaveLength(2);
    const warm = await runOn(bench, where, () => heldFlow.submit(at, "inside"));
    expect([warm.value, warm.told]).toEqual([["inside", 3], []]);
  });

  on(here, "the error, the cancelled one's signal and retries are those of who goes on", async bench => {
    const { at, channel } = bench;
    const ran = await runOn(bench, folder(), async () => {
      const calls = [failsUntil.submit(at, "try", 3), failsUntil.submit(at, "try", 3)];
      await channel.reached("try 1");
      calls[0]!.cancel();
      channel.pass("try 1");
      await channel.reached("try 2");
      channel.passAll();
      return [await calls[0]!.wait(), await calls[1]!];
    });
    expect(ran.value).toEqual(["cancelled", "attempt 3"]);
    expect(ran.told).toEqual(["try 1", "try 2", "try 3"]);
  });

  on(["processes"], "then its worker dies: the other is tried again", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const file = join(where, "attempts.txt");
    writeFileSync(file, "");
    const ran = await runOn(bench, where, async () => {
      const calls = [diesOnce.submit(at, "die", file), diesOnce.submit(at, "die", file)];
      await channel.reached("die 1");
      calls[0]!.cancel();
      channel.passAll();
      return [await calls[0]!.wait(), await calls[1]!];
    });
    expect(ran.value).toEqual(["cancelled", "attempt 2"]);
    expect(readFileSync(file, "utf8")).toBe("..");
  });

  on(pools, "then its time is up: the other times out", async bench => {
    const { at, channel } = bench;
    const ran = await runOn(bench, folder(), async () => {
      const calls = [spins.submit(at, "spinning"), spins.submit(at, "spinning")];
      await channel.reached("spinning");
      calls[0]!.cancel();
      return Promise.all(calls.map(call => call.wait()));
    });
    expect(ran.value).toEqual(["cancelled", "timedOut"]);
  });
});

describe("priorities", () => {
  on(here, "a call that joins one with a lower priority raises it", async bench => {
    const { at, channel } = bench;
    const ran = await runOn(
      bench,
      folder(),
      async () => {
        const first = held.submit(at, "first");
        await channel.reached("first");
        const low = boxed.with({ priority: -1 }).submit(at, 1);
        await becomes(low, "queued");
        const middle = [boxed.submit(at, 2), boxed.submit(at, 3)];
        const high = boxed.with({ priority: 5 }).submit(at, 1);
        await new Promise(setImmediate);
        channel.passAll();
        await Promise.all([first, low, high, ...middle]);
      },
      { runner: bench.runner(1) },
    );
    expect(ran.error).toBeUndefined();
    expect(channel.heard).toEqual(["first", "boxed 1", "boxed 2", "boxed 3"]);
  });
});

describe("calls that wait for themselves", () => {
  on(here, "a flow that calls itself with equal inputs fails, and the path is named", async bench => {
    const ran = await runOn(bench, folder(), () => callsItself.submit(bench.at, 1));
    expect(ran.error).toMatchObject({ name: "WaitCycleError", code: "WAIT_CYCLE" });
    expect(ran.error!.message).toMatch(/callsItself-(\d+) waits for itself: callsItself-\d+ → callsItself-\1/);
    expect(ran.told).toEqual(["callsItself 1"]);
  });

  on(here, "through another flow", async bench => {
    const ran = await runOn(bench, folder(), () => ping.submit(bench.at));
    expect(ran.error).toMatchObject({ name: "WaitCycleError" });
    expect(ran.error!.message).toMatch(/ping-\d+ → pong-\d+ → ping-\d+/);
  });

  on(here, "two that wait for each other through joins", async bench => {
    const { at, channel } = bench;
    const ran = await runOn(bench, folder(), async () => {
      const both = [left.submit(at), right.submit(at)];
      await Promise.all([channel.reached("left"), channel.reached("right")]);
      channel.passAll();
      return Promise.all(both.map(each => each.settled()));
    });
    const outcomes = ran.value;
    expect(outcomes.map(each => each.ok)).toEqual([false, false]);
    const errors = outcomes.map(each => (each as { error: Error }).error);
    expect(errors.map(error => error.name)).toEqual(["WaitCycleError", "WaitCycleError"]);
    expect(errors[0]!.message).toMatch(/(left-\d+ → right-\d+ → left-\d+|right-\d+ → left-\d+ → right-\d+)/);
  });
});
