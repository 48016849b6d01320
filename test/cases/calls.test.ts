import { all, quote, run, unmapped } from "heddle";
import { describe, expect } from "vitest";
import { add, held, hello, pairNow, pairSoon, same, says, seen } from "../fixtures/cases/tasks.mjs";
import { becomes, everywhere, on, throughout } from "./places.ts";

describe("calls", () => {
  on(throughout, "a sync and an async function both give their value", async ({ run }) => {
    const pairs = await run(() => [pairNow.submit(1, 2), pairSoon.submit(1, 2)]);
    expect(pairs).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  on(throughout, "a chain can be submitted before its first call is done", async ({ run, at, channel }) => {
    const values = await run(async () => {
      const first = held.submit(at, "first", 2);
      const second = add.submit(first, 1);
      const third = add.submit(second, 1);
      await channel.reached("first");
      await becomes(first, "running");
      expect([second.state, third.state]).toEqual(["pending", "pending"]);
      channel.pass("first");
      return [first, second, third];
    });
    expect(values).toEqual([2, 3, 4]);
  });

  on(throughout, "futures as inputs, also inside structures, arrive as values", async ({ run }) => {
    const found = await run(() => {
      const one = add.submit(0, 1);
      const two = add.submit(one, one);
      return {
        sum: add.submit(add.submit(1, 2), add.submit(3, 4)),
        object: seen.submit({ a: one, b: { c: [two] } }),
        array: seen.submit([one, [two, { x: one }]]),
        map: seen.submit(new Map([["k", { in: two }]])),
        set: seen.submit(new Set([one, [two]])),
      };
    });
    expect(found).toEqual({
      sum: 10,
      object: ["object", "a", 1, "b", { c: [2] }],
      array: ["array", 1, [2, { x: 1 }]],
      map: ["map", "k", { in: 2 }],
      set: ["set", 1, [2]],
    });
  });

  on(everywhere, "promises and futures of structures are inputs too", async ({ run }) => {
    const found = await run(() => {
      const both = all({ a: add.submit(1, 1), b: [add.submit(2, 2)] });
      return [add.submit(Promise.resolve(1), 2), same.submit(both), same.submit([Promise.resolve({ x: 1 }), both])];
    });
    expect(found).toEqual([3, { a: 2, b: [4] }, [{ x: 1 }, { a: 2, b: [4] }]]);
  });

  on(throughout, "what a flow returns has its futures resolved, however deep", async ({ run }) => {
    const found = await run(() => ({
      list: add.map([1, 2], [3, 4]),
      deep: { one: [add.submit(1, 1), new Map([["k", add.submit(2, 2)]])] },
      plain: "text",
    }));
    expect(found).toEqual({ list: [4, 6], deep: { one: [2, new Map([["k", 4]])] }, plain: "text" });
  });

  on(everywhere, "quoted values are passed as they are", async ({ run }) => {
    const value = { a: [1, { b: 2 }] };
    const found = await run(() => [
      same.submit(quote(value)),
      same.submit([quote(value), 1]),
      pairNow.map([1], unmapped(quote(value))),
    ]);
    expect(found).toEqual([value, [value, 1], [[1, value]]]);
  });

  on(throughout, "parts of a result are futures, and chain", async ({ run }) => {
    const found = await run(() => {
      const whole = hello.submit();
      const deep = whole.get("map").get("k" as never);
      return [
        whole.get("hello").get(1),
        deep,
        same.submit(whole.get("hello").get(0)),
        whole.get("hello").get("length"),
      ];
    });
    expect(found).toEqual(["42", { deep: 1 }, "world", 2]);
  });

  on(everywhere, "a part that is not there is named with its call", async ({ run }) => {
    const failed = await run(async () => {
      const part = hello.submit().get("bye" as never);
      const after = same.submit(part);
      return Promise.all([part.settled(), after.settled()]);
    });
    expect(failed.map(outcome => outcome.ok)).toEqual([false, false]);
    const [part, after] = failed.map(outcome => (outcome as { error: Error }).error);
    expect(part).toMatchObject({ code: "BAD_PART", message: expect.stringMatching(/hello-\d+ .*"bye"/) });
    expect(after).toMatchObject({ code: "UPSTREAM", root: part });
  });

  on(throughout, "`after` orders calls without data", async ({ run, runner, at, channel }) => {
    await run(
      async () => {
        const first = held.submit(at, "first");
        const second = says.with({ after: [first] }).submit(at, "second");
        const free = says.submit(at, "free");
        await free;
        expect(second.state).toBe("pending");
        channel.pass("first");
        await second;
      },
      { runner: runner(2) },
    );
    expect(channel.heard.slice(-1)).toEqual(["second"]);
  });

  on(everywhere, "a direct call runs in this process", async ({ run }) => {
    const marker = {};
    const [got, direct] = await run(async () => {
      const future = same(marker);
      expect(future.state).not.toBe("completed");
      return [await future, await add(add(1, 2), 3)];
    });
    expect(got).toBe(marker);
    expect(direct).toBe(6);
  });

  on(["inline"], "a direct call outside a flow is a run of its own", async () => {
    expect(await add(1, 2)).toBe(3);
    expect(await run(() => add.submit(1, 2))).toBe(3);
  });
});
