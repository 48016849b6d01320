import { all, flow, startRun, task } from "heddle";
import { beforeEach, describe, expect, test } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import {
  add,
  boxed,
  choose,
  even,
  fails,
  givesFunction,
  held,
  lengthOf,
  long,
  parts,
  plain,
  shows,
  sign,
} from "../fixtures/cases/cache-tasks.mjs";
import { here, on, throughout } from "./places.ts";

describe("cold and warm", () => {
  on(throughout, "what was computed is taken from the store, by the next run too", async bench => {
    const { at } = bench;
    const where = folder();
    const body = () => all({ sum: add.submit(at, 1, 2), boxes: boxed.map([at, at], [1, 2]) });
    const cold = await runOn(bench, where, body);
    const warm = await runOn(bench, where, body);
    expect(cold.told).toEqual(["add 1 2", "boxed 1", "boxed 2"]);
    expect(warm.told).toEqual([]);
    expect(warm.calls.map(call => call.cached)).toEqual([true, true, true]);
    expect(warm.value).toEqual(cold.value);
    expect(warm.value).toEqual({
      sum: 3,
      boxes: [1, 2].map(value => ({ value, list: [value, { deep: value }] })),
    });
  });

  on(here, "choose(6, 3) cold, warm, and after choose(3, 3) was cleared", async bench => {
    const { at } = bench;
    const where = folder();
    const body = () => choose.submit(at, 6, 3);
    const cold = await runOn(bench, where, body);
    expect(cold.value).toBe(20n);
    // Every pair that choose(6, 3) reaches, once.
    expect(cold.told).toEqual([...new Set(cold.told)]);
    expect(cold.told).toHaveLength(16 - 1);
    expect(await runOn(bench, where, body)).toMatchObject({ value: 20n, told: [] });
    expect(await choose.with({ store: where }).clear(at, 3, 3)).toBe(true);
    const after = await runOn(bench, where, body);
    expect(after.value).toBe(20n);
    // The one that was cleared, and the flows that called it, directly or not.
    expect(after.told).toEqual(["choose 3 3", "choose 4 3", "choose 5 3", "choose 6 3"]);
    expect(await runOn(bench, where, body)).toMatchObject({ value: 20n, told: [] });
  });

  on(throughout, "what is written last is there when the run has ended, values of all kinds", async bench => {
    const { at } = bench;
    const where = folder();
    const values = [
      -0,
      Number.NaN,
      10n ** 30n,
      new Date(5),
      new Array(2),
      new Map([[{ a: 1 }, new Set([1, "1"])]]),
      undefined,
    ];
    const body = () =>
      held.map(
        values.map(() => at),
        values.map((_, index) => `point ${index}`),
        values,
      );
    bench.channel.passAll();
    const cold = await runOn(bench, where, body);
    const warm = await runOn(bench, where, body);
    expect(warm.told).toEqual([]);
    expect(warm.value).toStrictEqual(cold.value);
    expect(Object.is((warm.value as unknown[])[0], -0)).toBe(true);
  });

  test("choose(100, 50): exact, each call once, in seconds", { timeout: 60_000 }, async () => {
    const where = folder();
    let ran = 0;
    const half = flow("half", { cache: true }, async (n: number, k: number): Promise<bigint> => {
      ran++;
      if (k === 0 || k === n) return 1n;
      const [a, b] = await Promise.all([half.submit(n - 1, k - 1), half.submit(n - 1, k)]);
      return a + b;
    });
    const go = () => startRun(half, [100, 50], { quiet: true, cache: { folder: where } }).result;
    const exact = 100891344545564193334812497256n;
    expect(await go()).toBe(exact);
    expect(ran).toBe(51 * 51 - 1);
    expect(await go()).toBe(exact);
    expect(ran).toBe(51 * 51 - 1);
  });
});

describe("what counts", () => {
  on(here, "a value makes another call if a task could tell it apart", async bench => {
    const { at } = bench;
    const where = folder();
    const values = () => [
      [{ 1: 2 }, new Map([["1", 2]]), new Map([[1, 2]])],
      [0, -0, Number.NaN, "0", 0n, false, null],
      [undefined, null, [], [undefined], new Array(1)],
      [1, "1", 1n, true],
      [new Date(0), 0, "1970-01-01T00:00:00.000Z"],
      [new Set([1, 2]), new Set([2, 1]), [1, 2]],
      [
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
        new Map([
          ["b", 2],
          ["a", 1],
        ]),
      ],
      [new Uint8Array([1]), new Int8Array([1]), [1]],
    ];
    const body = () =>
      Promise.all(
        values().map(async group => {
          const marks = await Promise.all(group.map(value => held.key(at, "never", value)));
          return new Set(marks).size;
        }),
      );
    const found = await runOn(bench, where, body);
    expect(found.value).toEqual(values().map(group => group.length));
  });

  on(here, "the order of keys of a plain object makes none; that of a Map does", async bench => {
    const { at } = bench;
    const where = folder();
    const run = (value: unknown) => runOn(bench, where, () => shows.submit(at, value));
    expect((await run({ a: 1, b: { c: 2, d: 3 } })).told).toHaveLength(1);
    expect((await run({ b: { d: 3, c: 2 }, a: 1 })).told).toHaveLength(0);
    expect(
      (
        await run(
          new Map([
            [1, 1],
            [2, 2],
          ]),
        )
      ).told,
    ).toHaveLength(1);
    expect(
      (
        await run(
          new Map([
            [2, 2],
            [1, 1],
          ]),
        )
      ).told,
    ).toHaveLength(1);
  });

  on(here, "cycles, and a structure shared 40 deep, are counted in linear time", async bench => {
    const { at } = bench;
    const where = folder();
    const build = () => {
      const one: unknown[] = [1];
      one.push(one);
      const two: { to?: unknown } = {};
      two.to = { back: two };
      let shared: unknown = { bottom: 1 };
      for (let depth = 0; depth < 40; depth++) shared = [shared, shared];
      return [one, two, shared];
    };
    bench.channel.passAll();
    const body = () =>
      Promise.all(
        build()
          .map((value, index) => held.submit(at, `point ${index}`, [value, 1]))
          .map(f => f.wait()),
      );
    expect((await runOn(bench, where, body)).value).toEqual(["completed", "completed", "completed"]);
    expect((await runOn(bench, where, body)).told).toEqual([]);
  });

  on(here, "an upstream that is run again and gives the same stops the work there", async bench => {
    const { at } = bench;
    const where = folder();
    const body = (n: number) => () => {
      const boxes = even.submit(at, n);
      return [shows.submit(at, sign.submit(at, n)), shows.submit(at, boxes), shows.submit(at, [boxes.get("even")])];
    };
    const cold = await runOn(bench, where, body(2));
    expect(cold.told).toHaveLength(5);
    const other = await runOn(bench, where, body(4));
    expect(other.told).toEqual(["even 4", "sign 4"]);
    expect(other.value).toEqual(cold.value);
    const forced = await runOn(bench, where, body(4), { cache: { force: ["even", "sign"] } });
    expect(forced.told).toEqual(["even 4", "sign 4"]);
  });

  on(here, "keys of what takes results are the same cold and warm, however it takes them", async bench => {
    const { at } = bench;
    const where = folder();
    const body = () => {
      const list = boxed.map([at, at, at], [1, 2, 3]);
      const part = parts.submit(at, 7);
      const text = long.submit(at, "text", 30_000);
      const inputs = [
        list,
        part,
        part.get("odd"),
        part.get("odd").get("list").get(1),
        part
          .get("odd")
          .get("map")
          .get("k" as never),
        all([part, { deep: [list.at(1), text] }]),
        { nested: [new Map([["x", part.get("even")]]), list, text] },
        [...list],
        list.get(2).get("list"),
        text,
        [text, plain.submit(at, { live: 1 }), plain.submit(at, 5)],
      ];
      return inputs.map(input => shows.submit(at, input));
    };
    const cold = await runOn(bench, where, body);
    expect(cold.told.filter(each => each.startsWith("shows"))).toHaveLength(11);
    const warm = await runOn(bench, where, body);
    expect(warm.told).toEqual(["plain 5", "plain [object Object]"]);
    expect(warm.value).toEqual(cold.value);
    // What is kept alone is not read: only what somebody asks for.
    const again = await runOn(bench, where, () => lengthOf.submit(at, long.submit(at, "text", 30_000)));
    expect(again.value).toBe(30_000);
  });

  on(here, "key() is the key of the entry that a run makes; clear and clearAll forget", async bench => {
    const { at } = bench;
    const where = folder();
    const ran = await runOn(bench, where, async () => {
      const before = await add.key(at, 1, 2);
      const sums = [add.submit(at, 1, 2), add.submit(at, 1, 3), boxed.submit(at, 1)];
      await Promise.all(sums);
      const after = [await add.key(at, 1, Promise.resolve(2)), await add.key(at, sums[0] as never, 3)];
      expect(after[0]).toBe(before);
      expect(await add.clear(at, 1, 2)).toBe(true);
      expect(await add.clear(at, 1, 2)).toBe(false);
      return add.submit(at, 1, 2);
    });
    expect(ran.value).toBe(3);
    expect(ran.told).toEqual(["add 1 2", "add 1 2", "add 1 3", "boxed 1"]);
    const cleared = await runOn(bench, where, () => add.clearAll());
    expect(cleared.value).toBe(2);
    const again = await runOn(bench, where, () => [add.submit(at, 1, 2), boxed.submit(at, 1)]);
    expect(again.told).toEqual(["add 1 2"]);
  });
});

describe("what is not kept", () => {
  on(here, "a task that fails is executed in the next run too", async bench => {
    const { at } = bench;
    const where = folder();
    for (let round = 0; round < 2; round++) {
      const { error, told } = await runOn(bench, where, () => fails.submit(at, "as asked"));
      expect(error).toMatchObject({ name: "RangeError", message: "as asked" });
      expect(told).toEqual(["fails as asked"]);
    }
    const twice = await runOn(bench, where, async () => {
      const first = await fails.submit(at, "as asked").settled();
      return [first.ok, (await fails.submit(at, "as asked").settled()).ok];
    });
    expect(twice.value).toEqual([false, false]);
    expect(twice.told).toHaveLength(2);
  });

  on(throughout, "a result with a function in it fails the call, names it, and leaves no entry", async bench => {
    const { at } = bench;
    const where = folder();
    for (let round = 0; round < 2; round++) {
      const { error, told, calls } = await runOn(bench, where, () => givesFunction.submit(at));
      expect(error).toMatchObject({ name: "UnstorableResultError", code: "UNSTORABLE_RESULT" });
      expect(error!.message).toContain("result.a.b[2]");
      expect(error!.message).toContain("givesFunction");
      expect(told).toEqual(["givesFunction"]);
      expect(calls).toMatchObject([{ state: "failed", attempts: 1 }]);
    }
  });
});

describe("options", () => {
  let runs = 0;
  beforeEach(() => {
    runs = 0;
  });
  const inlineRun = (where: string, body: () => unknown, cache: object = {}) =>
    startRun(flow(`options ${++count}`, body), [], { quiet: true, cache: { folder: where, ...cache } }).result;
  let count = 0;
  const twice = task("twice", { cache: true }, (n: number, _verbose?: unknown) => {
    runs++;
    return { twice: 2 * n };
  });

  test("version and include make older results count no more, and going back makes them count again", async () => {
    const where = folder();
    const go = async (cache: object) => {
      const before = runs;
      expect(await inlineRun(where, () => twice.with({ cache }).submit(2))).toEqual({ twice: 4 });
      return runs - before;
    };
    expect(await go({ version: "1" })).toBe(1);
    expect(await go({ version: "1" })).toBe(0);
    expect(await go({ version: "2" })).toBe(1);
    expect(await go({ version: 2 })).toBe(1);
    expect(await go({ version: "1" })).toBe(0);
    expect(await go({ include: [{ zone: "CET" }] })).toBe(1);
    expect(await go({ include: [{ zone: "UTC" }] })).toBe(1);
    expect(await go({ include: [{ zone: "CET" }] })).toBe(0);
    expect(await go({})).toBe(1);
  });

  test("ttl: what has expired is computed anew and replaced", async () => {
    const where = folder();
    const go = (ttl: string) => inlineRun(where, () => twice.with({ cache: { ttl } }).submit(3));
    await go("1h");
    await go("1h");
    expect(runs).toBe(1);
    const soon = task("soon", { cache: { ttl: 1 } }, () => ++runs);
    const values: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      values.push(await inlineRun(where, () => soon.submit()));
      const began = Date.now();
      while (Date.now() <= began + 1);
    }
    expect(values).toEqual([2, 3, 4]);
    // The entry of the last is what is there now.
    expect(await inlineRun(where, () => soon.with({ cache: { ttl: "1h" } }).submit())).toBe(4);
  });

  test("key: what it gives counts instead of the inputs", async () => {
    const where = folder();
    const seen: unknown[] = [];
    const keyed = twice.with({
      cache: {
        key: n => {
          seen.push(n);
          return n % 10;
        },
      },
    });
    const body = () => [keyed.submit(2), keyed.submit(12), keyed.submit(3), keyed.submit(twice.submit(1).get("twice"))];
    expect(await inlineRun(where, body)).toEqual([{ twice: 4 }, { twice: 4 }, { twice: 6 }, { twice: 4 }]);
    expect(runs).toBe(3);
    expect(seen.sort()).toEqual([12, 2, 2, 3]);
    await inlineRun(where, body);
    expect(runs).toBe(3);
    const odd = twice.with({
      cache: {
        key: () => {
          throw new Error("no key today");
        },
      },
    });
    await expect(inlineRun(where, () => odd.submit(1))).rejects.toThrow(
      /^cache\.key of "twice": the function failed: no key today/,
    );
    const unkeyed = twice.with({ cache: { key: () => () => 1 } });
    await expect(inlineRun(where, () => unkeyed.submit(1))).rejects.toThrow(/twice/);
  });

  test("when: only results for which it is true are kept", async () => {
    const where = folder();
    const large = twice.with({ cache: { when: value => value.twice > 5 } });
    const body = () => [large.submit(2), large.submit(3)];
    expect(await inlineRun(where, body)).toEqual([{ twice: 4 }, { twice: 6 }]);
    expect(await inlineRun(where, body)).toEqual([{ twice: 4 }, { twice: 6 }]);
    expect(runs).toBe(3);
    const odd = twice.with({
      cache: {
        when: () => {
          throw new Error("undecided");
        },
      },
    });
    expect(await inlineRun(where, () => odd.submit(9))).toEqual({ twice: 18 });
    expect(await inlineRun(where, () => odd.submit(9))).toEqual({ twice: 18 });
    expect(runs).toBe(5);
  });

  test("compress: forced, forbidden, or where it pays, the value is the same", async () => {
    const text = task("text", { cache: true }, (length: number) => {
      runs++;
      return "ab".repeat(length / 2);
    });
    for (const compress of [true, false, undefined]) {
      for (const length of [100, 200_000]) {
        const where = folder();
        const before = runs;
        const body = () => text.with(compress === undefined ? {} : { compress }).submit(length);
        expect(await inlineRun(where, body)).toBe("ab".repeat(length / 2));
        expect(await inlineRun(where, body)).toBe("ab".repeat(length / 2));
        expect(runs - before).toBe(1);
      }
    }
  });

  test("force computes once in the run, replaces what was there, and only what is named", async () => {
    const where = folder();
    let salt = 0;
    const salted = task("salted", { cache: true }, (_n: number) => ++salt);
    const body = () => [salted.submit(1), twice.submit(1)];
    await inlineRun(where, body);
    const twiceInRun = async () => [await salted.submit(1), await salted.submit(1), ...(await salted.map([1, 1]))];
    expect(await inlineRun(where, twiceInRun, { force: true })).toEqual([2, 2, 2, 2]);
    expect(await inlineRun(where, twiceInRun)).toEqual([2, 2, 2, 2]);
    expect(runs).toBe(1);
    expect(await inlineRun(where, body, { force: ["twice"] })).toEqual([2, { twice: 2 }]);
    expect(await inlineRun(where, body, { force: ["salted"] })).toEqual([3, { twice: 2 }]);
    expect(runs).toBe(2);
  });

  test("code: none keeps results whatever becomes of the code; a name that no parameter has is refused", async () => {
    const where = folder();
    const free = twice.with({ cache: { code: "none" } });
    const whole = twice.with({ cache: { code: "module" } });
    await inlineRun(where, () => free.submit(2));
    await inlineRun(where, () => free.submit(2));
    expect(runs).toBe(1);
    await inlineRun(where, () => whole.submit(2));
    await inlineRun(where, () => whole.submit(2));
    expect(runs).toBeLessThanOrEqual(3);
    const wrong = twice.with({ cache: { ignore: ["verbos"] } });
    const failed = inlineRun(where, () => wrong.submit(2));
    await expect(failed).rejects.toMatchObject({ name: "OptionError" });
    await expect(failed).rejects.toThrow(/"twice".*ignore.*"verbos"/);
  });
});
