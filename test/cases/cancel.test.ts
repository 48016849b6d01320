import { flow, unmapped } from "heddle";
import { describe, expect } from "vitest";
import { held, patient, same, says, spins } from "../fixtures/cases/tasks.mjs";
import { everywhere, on, pools, throughout } from "./places.ts";

const waits = flow("waits", (at: string) => patient.submit(at, "inside"));
const manySteps = flow("manySteps", async (at: string) => {
  await patient.submit(at, "step one").settled();
  return says.submit(at, "step two");
});

describe("cancellation", () => {
  on(throughout, "a call that waits for a place never runs", async ({ run, runner, at, channel }) => {
    await run(
      async () => {
        const first = held.submit(at, "first");
        const second = says.submit(at, "second");
        const third = same.submit(second);
        await channel.reached("first");
        expect(second.cancel("not needed")).toBe(true);
        expect(second.cancel()).toBe(false);
        expect([await second.wait(), await third.wait()]).toEqual(["cancelled", "upstreamFailed"]);
        expect(second.error).toMatchObject({ code: "CANCELLED", message: expect.stringContaining("not needed") });
        channel.pass("first");
        await first;
      },
      { runner: runner(1) },
    );
    expect(channel.heard).toEqual(["first"]);
  });

  on(everywhere, "a call that waits for its inputs never runs", async ({ run, at, channel }) => {
    await run(async () => {
      const first = held.submit(at, "first", 1);
      const second = says.submit(at, "second", first);
      await channel.reached("first");
      second.cancel();
      channel.pass("first");
      expect(await first).toBe(1);
      expect(second.state).toBe("cancelled");
    });
    expect(channel.heard).toEqual(["first"]);
  });

  on(throughout, "a running call is told by its signal, with the reason", async ({ run, at, channel }) => {
    await run(async () => {
      const future = patient.submit(at, "point");
      await channel.reached("point");
      expect(future.cancel("changed my mind")).toBe(true);
      expect(await future.wait()).toBe("cancelled");
      await channel.nth(1);
      expect(await same.submit(1)).toBe(1);
    });
    expect(channel.heard[1]).toMatch(/point stopped/);
  });

  on(
    pools,
    "a call that ignores its signal loses its worker, and others are unharmed",
    async ({ run, at, channel }) => {
      const values = await run(async () => {
        const busy = spins.submit(at, "spinning");
        const beside = held.submit(at, "beside", 7);
        await Promise.all([channel.reached("spinning"), channel.reached("beside")]);
        busy.cancel();
        expect(await busy.wait()).toBe("cancelled");
        const after = same.map([1, 2, 3]);
        channel.pass("beside");
        return [beside, after];
      });
      expect(values).toEqual([7, [1, 2, 3]]);
      expect(channel.count("beside")).toBe(1);
    },
  );

  on(throughout, "a list: what runs is told, what waits never runs", async ({ run, runner, at, channel }) => {
    await run(
      async () => {
        const list = patient.map(unmapped(at), ["a", "b", "c", "d"]);
        await Promise.all([channel.nth(0), channel.nth(1)]);
        expect(list.cancel("all of it")).toBe(true);
        expect(list.cancel()).toBe(false);
        const outcomes = await list.settled();
        expect(outcomes.every(outcome => !outcome.ok && /all of it/.test(outcome.error.message))).toBe(true);
        expect(list.state).toBe("cancelled");
        await Promise.all([channel.nth(2), channel.nth(3)]);
      },
      { runner: runner(2) },
    );
    expect(channel.heard.filter(point => !point.includes("stopped"))).toHaveLength(2);
  });

  on(everywhere, "a list over a generator: nothing more is pulled", async ({ run, at, channel }) => {
    let pulled = 0;
    let closed = false;
    function* points() {
      try {
        for (;;) yield `p${pulled++}`;
      } finally {
        closed = true;
      }
    }
    await run(async () => {
      const list = patient.with({ inFlight: 3 }).map(unmapped(at), points());
      await channel.nth(0);
      list.cancel();
      expect(await list.wait()).toBe("cancelled");
      await list.settled();
    });
    expect(pulled).toBe(3);
    expect(closed).toBe(true);
  });

  on(everywhere, "one element of a list leaves the others alone", async ({ run, at, channel }) => {
    const outcomes = await run(async () => {
      const list = patient.map(unmapped(at), ["a", "b"], [1, 2]);
      await channel.reached("a");
      list.at(0)?.cancel();
      channel.pass("b");
      return list.settled();
    });
    expect(outcomes).toMatchObject([{ ok: false }, { ok: true, value: 2 }]);
  });

  on(everywhere, "a flow: its calls are cancelled with it, and it starts no more", async ({ run, at, channel }) => {
    await run(async () => {
      const one = waits.submit(at);
      const two = manySteps.submit(at);
      await Promise.all([channel.reached("inside"), channel.reached("step one")]);
      expect([one.cancel("no flow"), two.cancel("no flow")]).toEqual([true, true]);
      expect([await one.wait(), await two.wait()]).toEqual(["cancelled", "cancelled"]);
      await Promise.all([channel.nth(2), channel.nth(3)]);
    });
    expect(channel.heard.filter(point => point.includes("stopped"))).toHaveLength(2);
    expect(channel.heard).not.toContain("step two");
  });

  on(throughout, "a whole run, by its future", async ({ runner, at, channel }) => {
    const whole = waits.with({ runner: runner() })(at);
    await channel.reached("inside");
    expect(whole.cancel("enough of it")).toBe(true);
    await expect(Promise.resolve(whole)).rejects.toThrow("enough of it");
    expect(whole.state).toBe("cancelled");
  });

  on(everywhere, "a call that has ended cannot be cancelled", async ({ run }) => {
    const future = await run(async () => {
      const one = same.submit(1);
      await one;
      return { cancelled: one.cancel(), state: one.state };
    });
    expect(future).toEqual({ cancelled: false, state: "completed" });
  });
});
