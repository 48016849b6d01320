import { asCompleted, MapLengthError, NothingToMapError, unmapped } from "heddle";
import { describe, expect } from "vitest";
import { add, fails, held, pairNow, same, says } from "../fixtures/cases/tasks.mjs";
import { collectGarbage } from "../garbage.ts";
import { becomes, everywhere, here, on, throughout } from "./places.ts";

function* count(to: number): Generator<number> {
  for (let i = 1; i <= to; i++) yield i;
}

describe("maps", () => {
  on(throughout, "elements are taken in pairs and results keep their order", async ({ run }) => {
    expect(await run(() => pairNow.map([1, 2, 3], [4, 5, 6]))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  on(everywhere, "a future of an array is mapped over, also twice in one call", async ({ run }) => {
    const found = await run(() => {
      const list = same.submit([1, 2, 3]);
      return pairNow.map(list as never, list as never);
    });
    expect(found).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  on(everywhere, "unequal lengths, nothing to map, and no elements", async ({ run }) => {
    await run(async () => {
      const unequal = caught(() => add.map([1, 2, 3], [4, 5, 6, 7]));
      expect(unequal).toBeInstanceOf(MapLengthError);
      expect(unequal.message).toMatch(/add\.map .*3 and 4/);
      expect(caught(() => add.map(5 as never, 6 as never))).toBeInstanceOf(NothingToMapError);
      expect(caught(() => same.map("text" as never))).toBeInstanceOf(NothingToMapError);
      const empty = same.map([]);
      expect(empty.length).toBe(0);
      expect(await empty).toEqual([]);
      expect(await empty.settled()).toEqual([]);
    });
  });

  on(everywhere, "iterators of unequal length fail when one runs out", async ({ run }) => {
    const found = await run(async () => {
      const list = add.map(count(2), count(5));
      const outcome = await list.wait();
      return { outcome, error: list.error };
    });
    expect(found.outcome).toBe("failed");
    expect(found.error).toBeInstanceOf(MapLengthError);
    expect(found.error?.message).toContain("2 and more than 2");
  });

  on(throughout, "unmapped values go to every call, and strings are not iterated", async ({ run }) => {
    const found = await run(() => [
      add.map([1, 2, 3], unmapped(5)),
      pairNow.map(["a", "b"], "test" as never),
      pairNow.map([1, 2], unmapped([same.submit("x"), "y"])),
    ]);
    expect(found).toEqual([
      [6, 7, 8],
      [
        ["a", "test"],
        ["b", "test"],
      ],
      [
        [1, ["x", "y"]],
        [2, ["x", "y"]],
      ],
    ]);
  });

  on(throughout, "sync and async generators, sets and lists are mapped over", async ({ run }) => {
    const found = await run(() => {
      const doubled = add.map(count(3), new Set([1, 2, 3]));
      async function* later() {
        yield 10;
        yield await Promise.resolve(20);
      }
      return [doubled, add.map(doubled, unmapped(1)), same.map(later()), add.map(doubled, [10, 20, 30])];
    });
    expect(found).toEqual([
      [2, 4, 6],
      [3, 5, 7],
      [10, 20],
      [12, 24, 36],
    ]);
  });

  on(everywhere, "what a generator throws fails the map, not the calls before", async ({ run }) => {
    function* broken() {
      yield 1;
      throw new RangeError("out of numbers");
    }
    const found = await run(async () => {
      const list = same.map(broken());
      const first = await [...takeFirst(list)][0];
      await expect(Promise.resolve(list)).rejects.toThrow("out of numbers");
      return { first, outcomes: await list.settled(), error: list.error };
    });
    expect(found.first).toBe(1);
    expect(found.error).toMatchObject({ name: "RangeError", message: "out of numbers" });
    expect(found.outcomes[0]).toEqual({ ok: true, value: 1 });
  });

  on(everywhere, "handles of a list: length, at, iteration", async ({ run }) => {
    await run(async () => {
      const list = same.map([1, 2, 3]);
      expect(list.length).toBe(3);
      expect(await list.at(-1)).toBe(3);
      expect(list.at(0)).toBe(list.at(0));
      expect(list.at(3)).toBeUndefined();
      expect(await Promise.all([...list])).toEqual([1, 2, 3]);
      const generated = same.map(count(4));
      expect(await Promise.all([...generated])).toEqual([1, 2, 3, 4]);
      expect(generated.length).toBe(4);
      expect(await generated.at(-1)).toBe(4);
      expect(await generated.get(1)).toBe(2);
    });
  });

  on(throughout, "a handle settles though nobody holds its list any more", async ({ run, at, channel }) => {
    const values = await run(async () => {
      const waiting = held
        .map(unmapped(at), ["a", "b"], [1, 2])
        .at(1)
        ?.then(value => value + 1);
      await channel.reached("b");
      await collectGarbage();
      channel.pass("a", "b");
      return waiting;
    });
    expect(values).toBe(3);
  });

  on(everywhere, "a handle of an element that never comes settles too", async ({ run }) => {
    await run(async () => {
      const short = same.map(count(2));
      const absent = short.at(5)?.settled();
      expect(await absent).toMatchObject({ ok: false, error: { code: "BAD_PART" } });
      function* broken() {
        yield 1;
        throw new RangeError("out of numbers");
      }
      const list = same.map(broken());
      expect(await list.at(3)?.settled()).toMatchObject({ ok: false, error: { message: "out of numbers" } });
    });
  });

  on(everywhere, "the length of a list is unknown until its source has ended", async ({ run, at, channel }) => {
    await run(async () => {
      const list = held.with({ inFlight: 1 }).map(unmapped(at), points());
      function* points() {
        yield "one";
        yield "two";
      }
      expect(list.length).toBeUndefined();
      await channel.reached("one");
      expect(list.length).toBeUndefined();
      channel.pass("one", "two");
      await list;
      expect(list.length).toBe(2);
    });
  });

  on(everywhere, "a list keeps order whichever call ends first", async ({ run, runner, at, channel }) => {
    const values = await run(
      async () => {
        const list = held.map(unmapped(at), ["first", "second"], [1, 2]);
        channel.pass("second");
        await list.at(1);
        await becomes(list.at(0), "running");
        channel.pass("first");
        return list;
      },
      { runner: runner(2) },
    );
    expect(values).toEqual([1, 2]);
  });

  on(everywhere, "all outcomes of a list, in order", async ({ run, at }) => {
    const points = ["a", "b", "c", "d", "e", "bad", "g"];
    const outcomes = await run(() => says.map(unmapped(at), points, [1, 2, 3, 4, 5, 6, 7]).settled());
    expect(outcomes.map(outcome => (outcome.ok ? outcome.value : outcome.error.message))).toEqual([
      1,
      2,
      3,
      4,
      5,
      "bad failed",
      7,
    ]);
  });

  on(everywhere, "a map over a failed call fails as what depends on it", async ({ run }) => {
    const list = await run(async () => {
      const mapped = same.map(fails.submit("no list") as never);
      expect(await mapped.wait()).toBe("upstreamFailed");
      return { error: mapped.error, outcomes: await mapped.settled() };
    });
    expect(list.error).toMatchObject({ code: "UPSTREAM", root: { message: "no list" } });
  });

  on(throughout, "a map runs no further ahead of its source than inFlight", async ({ run, at, channel }) => {
    let pulled = 0;
    function* points() {
      for (let i = 0; i < 12; i++) {
        pulled++;
        yield `p${i}`;
      }
    }
    await run(async () => {
      const list = held.with({ inFlight: 3 }).map(unmapped(at), points());
      void list.settled();
      for (let i = 0; i < 12; i++) {
        const point = await channel.nth(i);
        expect(pulled).toBeLessThanOrEqual(i + 3);
        channel.pass(point);
      }
    });
    expect(pulled).toBe(12);
  });

  on(here, "a stream of results holds its map back too", async ({ run }) => {
    let pulled = 0;
    let most = 0;
    let taken = 0;
    async function* source() {
      for (; pulled < 5_000; ) yield pulled++;
    }
    await run(async () => {
      for await (const outcome of asCompleted(same.with({ inFlight: 100 }).map(source()))) {
        taken++;
        most = Math.max(most, pulled - taken);
        expect(outcome.ok).toBe(true);
      }
    });
    expect([pulled, taken]).toEqual([5_000, 5_000]);
    expect(most).toBeLessThanOrEqual(100);
  });

  on(everywhere, "leaving a stream early leaves the calls alone", async ({ run, channel, at }) => {
    await run(async () => {
      for await (const { future } of asCompleted(says.map(unmapped(at), ["a", "b", "c", "d"]))) {
        expect(future.state).toBe("completed");
        break;
      }
    });
    expect([...channel.heard].sort()).toEqual(["a", "b", "c", "d"]);
  });
});

function caught(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

function* takeFirst<T>(list: Iterable<T>): Generator<T> {
  for (const one of list) {
    yield one;
    return;
  }
}
