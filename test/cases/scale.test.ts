import { asCompleted, type Future, inline, run, task } from "heddle";
import { describe, expect, test } from "vitest";
import { add, held, same, says, stamps, sum } from "../fixtures/cases/tasks.mjs";
import { here, on, throughout } from "./places.ts";
import { script } from "./script.ts";

const next = task("next", (n: number) => n + 1);
const noop = task("noop", (n: number) => n);

describe("graphs at scale", () => {
  test("a chain of 100,000", async () => {
    const last = await run(() => {
      let future: Future<number> = next.submit(0);
      for (let i = 1; i < 100_000; i++) future = next.submit(future);
      return future;
    });
    expect(last).toBe(100_000);
  });

  test("a chain of 100,000 whose first call fails", async () => {
    const error = await run(async () => {
      let future: Future<number> = task("breaks", (): number => {
        throw new Error("the first");
      }).submit();
      for (let i = 1; i < 100_000; i++) future = next.submit(future);
      expect(await future.wait()).toBe("upstreamFailed");
      return future.error?.cause;
    });
    expect(error).toMatchObject({ message: "the first" });
  });

  test("a fan-in of 100,000, and a fan-out", async () => {
    const found = await run(() => {
      const all = sum.submit(noop.map(Array.from({ length: 100_000 }, (_, i) => i)));
      return add.map(
        Array.from({ length: 100_000 }, () => all) as never,
        Array.from({ length: 100_000 }, (_, i) => i),
      );
    });
    expect(found).toHaveLength(100_000);
    expect(found[1]! - found[0]!).toBe(1);
  });

  test("1,000,000 independent calls", async () => {
    const list = await run(() => noop.map(Array.from({ length: 1_000_000 }, (_, i) => i)));
    expect([list.length, list[0], list[999_999]]).toEqual([1_000_000, 0, 999_999]);
  });

  on(here, "chains, fan-ins and fan-outs of thousands", async ({ run }) => {
    const found = await run(() => {
      let chain: Future<number> = add.submit(0, 1);
      for (let i = 1; i < 300; i++) chain = add.submit(chain, 1);
      const list = add.map(
        Array.from({ length: 3_000 }, (_, i) => i),
        Array.from({ length: 3_000 }, () => 1),
      );
      return { chain, total: sum.submit(list) };
    });
    expect(found).toEqual({ chain: 300, total: (3_000 * 3_001) / 2 });
  });

  test("a million elements of an async generator: 1,000 ahead at most, in little memory", {
    timeout: 120_000,
  }, async () => {
    const { code, stdout } = await script(
      {
        "main.mjs": `
          import { asCompleted, run, task } from "heddle";
          let pulled = 0, done = 0, most = 0, taken = 0;
          const count = task("count", n => { done++; return { n }; });
          async function* numbers() {
            while (pulled < 1_000_000) {
              most = Math.max(most, ++pulled - done);
              yield pulled;
            }
          }
          await run(async () => {
            for await (const { ok } of asCompleted(count.map(numbers()))) if (ok) taken++;
          });
          console.log(pulled, done, taken, most <= 1_000 || most);
        `,
      },
      { entry: ["--max-old-space-size=96", "main.mjs"] },
    );
    expect([code, stdout]).toEqual([0, "1000000 1000000 1000000 true\n"]);
  });

  test("a stream of quick inline calls lets the event loop have its turn", async () => {
    let turns = 0;
    const count = () => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    async function* numbers() {
      for (let i = 0; i < 50_000; i++) yield i;
    }
    await run(async () => {
      for await (const { ok } of asCompleted(noop.map(numbers()))) if (!ok) throw new Error("a call failed");
      clearImmediate(timer);
    });
    expect(turns).toBeGreaterThan(1);
  });

  test("a list that nobody holds keeps no results", async () => {
    const { code, stdout } = await script(
      {
        "main.mjs": `
          import { run, task } from "heddle";
          let done = 0;
          const big = task("big", () => { done++; return new Array(1_000).fill(done); });
          function* numbers() { for (let i = 0; i < 50_000; i++) yield i; }
          await run(() => { big.map(numbers()); });
          console.log(done);
        `,
      },
      { entry: ["--max-old-space-size=96", "main.mjs"] },
    );
    expect([code, stdout]).toEqual([0, "50000\n"]);
  });
});

describe("order", () => {
  // One by one, 100 calls take too long on a worker that looks for each at the lines of all tasks of all cases.
  on(
    throughout.filter(place => place !== "redis"),
    "higher priority first, and equal ones as they were submitted",
    async bench => {
      const { run, runner, at, channel } = bench;
      const points = Array.from({ length: 50 }, (_, i) => String(i));
      await run(
        async () => {
          const first = held.submit(at, "first");
          await channel.reached("first");
          for (const point of points) {
            says.with({ priority: 1 }).submit(at, `low ${point}`);
            says.with({ priority: 2 }).submit(at, `high ${point}`);
          }
          channel.pass("first");
          await first;
        },
        { runner: runner(1) },
      );
      const expected = ["high", "low"].flatMap(level => points.map(point => `${level} ${point}`));
      expect(channel.heard.slice(1)).toEqual(expected);
    },
  );

  on(here, "a wide map that feeds a tree keeps few results alive", async ({ watch, runner }) => {
    const inputs = new Map<number, number[]>();
    const numberOf = (future: Future<number>) => Number(future.id.split("-")[1]);
    const { result, witness } = watch(() => {
      let row: Future<number>[] = Array.from({ length: 1_024 }, (_, i) => add.submit(i, 0));
      while (row.length > 1) {
        row = Array.from({ length: row.length / 2 }, (_, i) => {
          const pair = [row[2 * i]!, row[2 * i + 1]!] as const;
          const both = add.submit(...pair);
          inputs.set(numberOf(both), pair.map(numberOf));
          return both;
        });
      }
      return row[0];
    }, runner(1));
    expect(await result).toBe((1_023 * 1_024) / 2);
    let alive = 0;
    let most = 0;
    for (const call of witness.of("completed").flatMap(({ calls }) => calls)) {
      alive += 1 - (inputs.get(call)?.length ?? 0);
      most = Math.max(most, alive);
    }
    expect(most).toBeLessThan(256);
  });

  on(here, "a chain of short calls runs without idling", async ({ run }) => {
    const found = await run(async () => {
      let last = stamps.submit(null);
      const chain = [last];
      for (let i = 0; i < 20; i++) {
        last = stamps.submit(last);
        chain.push(last);
      }
      return Promise.all(chain);
    });
    const gaps = found.slice(1).map(({ began }, i) => began - found[i]!.ended);
    gaps.sort((a, b) => a - b);
    expect(gaps[10]).toBeLessThan(200);
  });

  on(["inline"], "an inline runner runs no more at once than it is told", async ({ at, channel }) => {
    const points = ["a", "b", "c", "d", "e"];
    await run({ runner: inline({ concurrency: 2 }) }, async () => {
      const futures = points.map(point => held.submit(at, point));
      for (let i = 0; i < points.length; i++) {
        const point = await channel.nth(i);
        expect(channel.heard.length).toBeLessThanOrEqual(i + 2);
        channel.pass(point);
      }
      for await (const { ok } of asCompleted(futures)) expect(ok).toBe(true);
      await same.submit(1);
    });
  });
});
