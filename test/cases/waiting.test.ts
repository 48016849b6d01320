import { asCompleted, type Future, TimeoutError, unmapped, wait } from "heddle";
import { describe, expect } from "vitest";
import { fails, held, same, says } from "../fixtures/cases/tasks.mjs";
import { everywhere, on, throughout } from "./places.ts";

describe("waiting", () => {
  on(everywhere, "wait gives what is done and what is pending, without throwing", async ({ run, at, channel }) => {
    await run(async () => {
      const hanging = held.submit(at, "hanging");
      const quick = [...same.map([1, 2, 3, 4, 5])];
      await wait(quick);
      const waited = await wait([...quick, hanging], { timeout: 10 });
      expect(waited.done).toEqual(quick);
      expect(waited.pending).toEqual([hanging]);
      expect(await hanging.wait({ timeout: 1 })).not.toBe("completed");
      await expect(hanging.result({ timeout: "1ms" })).rejects.toBeInstanceOf(TimeoutError);
      channel.pass("hanging");
    });
  });

  on(everywhere, "wait until the first, and until the first error", async ({ run, runner, at, channel }) => {
    await run(
      async () => {
        const [slow, quick, bad] = ["slow", "quick", "bad"].map(point => held.submit(at, point)) as [
          Future<number>,
          Future<number>,
          Future<number>,
        ];
        const first = wait([slow, quick, bad], { until: "first" });
        const firstError = wait([slow, quick, bad], { until: "firstError" });
        channel.pass("quick");
        expect((await first).done).toEqual([quick]);
        channel.pass("bad");
        const { done, pending } = await firstError;
        expect(done).toEqual([quick, bad]);
        expect(pending).toEqual([slow]);
        channel.pass("slow");
        expect((await wait([slow, quick, bad])).pending).toEqual([]);
        expect(await wait([])).toEqual({ done: [], pending: [] });
      },
      { runner: runner(3) },
    );
  });

  on(throughout, "asCompleted gives outcomes in the order of their ends", async ({ run, runner, at, channel }) => {
    const order = await run(
      async () => {
        const points = ["first", "bad", "third"];
        const futures = points.map((point, i) => held.submit(at, point, i));
        const seen: unknown[] = [];
        channel.pass("third");
        for await (const outcome of asCompleted(futures)) {
          expect(outcome.future).toBe(futures[outcome.index]);
          seen.push([outcome.index, outcome.ok ? outcome.value : outcome.error.message]);
          channel.pass(seen.length === 1 ? "bad" : "first");
        }
        return seen;
      },
      { runner: runner(3) },
    );
    expect(order).toEqual([
      [2, 2],
      [1, "bad failed"],
      [0, 0],
    ]);
  });

  on(everywhere, "asCompleted of a list streams it, what ended before included", async ({ run, at, channel }) => {
    await run(async () => {
      const list = says.map(unmapped(at), ["a", "bad", "c"], [1, 2, 3]);
      await list.at(0);
      const seen = new Map<number, unknown>();
      for await (const { index, ...outcome } of asCompleted(list)) seen.set(index, outcome.ok && outcome.value);
      expect([...seen].sort()).toEqual([
        [0, 1],
        [1, false],
        [2, 3],
      ]);
    });
    expect(channel.heard).toHaveLength(3);
  });

  on(everywhere, "asCompleted says on time-out how many are unfinished", async ({ run, at, channel }) => {
    await run(async () => {
      const futures = [held.submit(at, "hanging"), ...same.map([1, 2, 3, 4, 5])];
      await wait(futures.slice(1));
      const given: number[] = [];
      const stream = async () => {
        for await (const { index } of asCompleted(futures, { timeout: 20 })) given.push(index);
      };
      await expect(stream()).rejects.toThrow(/^1 of 6 futures unfinished/);
      expect(given.sort()).toEqual([1, 2, 3, 4, 5]);
      const list = held.map(unmapped(at), ["hanging", "hanging"]);
      const streamed = async () => {
        for await (const _ of asCompleted(list, { timeout: 1 })) throw new Error("nothing can have ended");
      };
      await expect(streamed()).rejects.toThrow(/^2 of 2 futures unfinished/);
      channel.pass("hanging");
    });
  });

  on(["inline"], "negative and meaningless times are errors that name the option", async ({ run }) => {
    await run(async () => {
      const future = same.submit(1);
      const odd = -1;
      await expect(future.result({ timeout: odd })).rejects.toThrow(/result\(\{ timeout \}\)/);
      await expect(future.wait({ timeout: "-2s" })).rejects.toThrow(/wait\(\{ timeout \}\)/);
      await expect(wait([future], { timeout: odd })).rejects.toThrow(/wait\(…, \{ timeout \}\)/);
      expect(() => asCompleted([future], { timeout: Number.NaN })).toThrow(/asCompleted\(…, \{ timeout \}\)/);
      expect(() => same.with({ timeout: odd })).toThrow(/"same", timeout/);
      expect(() => same.with({ timeout: "soon" })).toThrow(/"same", timeout/);
      expect(() => same.with({ retryDelay: [1, odd] })).toThrow(/"same", retryDelay/);
      expect(() => same.with({ retries: odd })).toThrow(/"same", retries/);
      expect(() => same.with({ inFlight: 0 })).toThrow(/"same", inFlight/);
    });
  });

  on(everywhere, "callbacks come once, asynchronously, however late; one that fails harms nobody", async ({ run }) => {
    const warnings: string[] = [];
    const listen = (warning: Error) => warnings.push(warning.message);
    process.on("warning", listen);
    const called: string[] = [];
    try {
      await run(async () => {
        const good = same.submit(1);
        const bad = fails.submit("x");
        good.onDone(async future => {
          called.push(`first ${future.state}`);
          throw new Error("a callback failed");
        });
        good.onDone(() => called.push("second"));
        bad.onDone(future => called.push(`bad ${future.state}`));
        await wait([good, bad]);
        await new Promise(setImmediate);
        expect(called.sort()).toEqual(["bad failed", "first completed", "second"]);
        good.onDone(() => called.push("late"));
        expect(called).toHaveLength(3);
        await new Promise(setImmediate);
        expect(called).toHaveLength(4);
      });
      await new Promise(setImmediate);
    } finally {
      process.off("warning", listen);
    }
    expect(warnings.filter(text => text.includes("a callback failed"))).toHaveLength(1);
  });
});
