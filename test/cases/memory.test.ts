import { move, shared, threads, unmapped } from "heddle";
import { describe, expect } from "vitest";
import {
  crashes,
  fragile,
  kindOf,
  mark,
  movesTwice,
  pair,
  step,
  stepMoved,
  stepShared,
  sum,
} from "../fixtures/cases/arrays-tasks.mjs";
import { same } from "../fixtures/cases/tasks.mjs";
import { abroad, everywhere, everywhereAndRay, on, pools, throughout } from "./places.ts";

/** Well below the length from which an array has memory of its own, and well above. */
const lengths = [100, 9_000];
const ones = (length: number, value = 1) => new Float64Array(length).fill(value);
/** Length and values of an array, as to compare long ones takes long. */
const of = (array: Float64Array) => ({ length: array.length, values: [...new Set(array)] });
const all = (length: number, value: number) => ({ length, values: [value] });

describe("large arrays", () => {
  on(throughout, "go in and out of calls, and from one to the next", async ({ run }) => {
    for (const length of lengths) {
      const end = await run(async () => {
        const first = step.submit(ones(length));
        const second = step.submit(first);
        const [a, { b }] = await pair.submit(second, [second]);
        expect(of(a)).toEqual(all(length, 3));
        expect(of((b as Float64Array[])[0]!)).toEqual(all(length, 3));
        return step.submit(second);
      });
      expect(of(end)).toEqual(all(length, 4));
    }
  });

  on(abroad, "each reader has its own copy, and so has the flow", async ({ run }) => {
    for (const length of lengths) {
      await run(async () => {
        const given = ones(length);
        const first = step.submit(given);
        const readers = [step.submit(first), step.submit(first), step.submit(given)];
        given.fill(7);
        const seen = await Promise.all(readers);
        expect(seen.map(of)).toEqual([all(length, 3), all(length, 3), all(length, 2)]);
        const live = await first;
        expect(of(live)).toEqual(all(length, 2));
        expect(live.buffer).toBeInstanceOf(ArrayBuffer);
        live.fill(0);
        expect(of(await step.submit(first))).toEqual(all(length, 3));
      });
    }
  });

  on(
    abroad,
    "in a map they are captured when they are pulled, and what is unmapped is one for all",
    async ({ run }) => {
      const given = Array.from({ length: 20 }, (_, i) => ones(9_000, i));
      const found = await run(() => pair.map(given, unmapped(ones(20_000, 5))));
      expect(found).toHaveLength(20);
      found.forEach(([a, { b }], i) => {
        expect(of(a)).toEqual(all(9_000, i));
        expect(of(b as Float64Array)).toEqual(all(20_000, 5));
      });
    },
  );

  on(throughout, "all kinds of arrays keep their kind and their part of a buffer", async ({ run }) => {
    const bytes = new Uint8Array(200_000).map((_, i) => i);
    const given = [
      bytes.subarray(3, 150_003),
      new Uint16Array(bytes.buffer, 10, 70_000),
      new BigInt64Array(20_000).fill(-5n),
      Buffer.from(bytes),
      new DataView(bytes.buffer, 1, 100_000),
    ];
    expect(await run(() => same.submit(given))).toEqual(given);
  });

  on(abroad, "an attempt that changes its input leaves it to the next as it was", async ({ run }) => {
    for (const length of lengths) {
      expect(await run(() => fragile.submit(ones(length)))).toBe(1);
      expect(await run(() => fragile.submit(move(ones(length))))).toBe(1);
      expect(await run(() => fragile.submit(stepMoved.submit(ones(length))))).toBe(2);
    }
  });

  on(pools, "a call whose worker dies has its input again", async ({ run }) => {
    expect(await run(() => crashes.submit(move(ones(9_000, 3))))).toBe(3);
  });
});

describe("shared arrays", () => {
  on(everywhere, "come as the same kind, with the same values", async ({ run }) => {
    for (const length of lengths) {
      const view = shared(ones(length));
      expect(await run(() => sum.submit(view))).toBe(length);
      expect(of(await run(() => step.submit(stepShared.submit(view))))).toEqual(all(length, 3));
    }
  });

  on(["inline", "threads"], "are one memory for all", async ({ run }) => {
    const view = shared(new Int32Array(4));
    await run(async () => {
      await Promise.all([0, 1, 2].map(i => mark.submit(view, i)));
      expect(view).toEqual(shared(new Int32Array([1, 2, 3, 0])));
      const part = (await same.submit(view.subarray(1, 3))) as Int32Array;
      expect(part).toEqual(shared(new Int32Array([2, 3])));
      view[1] = 8;
      expect(part[0]).toBe(8);
    });
    expect(await run(() => kindOf.submit(view))).toEqual(["Int32Array", "SharedArrayBuffer", 4]);
  });

  on(["processes", "custom", "ray"], "are copied where no memory is shared", async ({ run }) => {
    const view = shared(new Int32Array(4));
    await run(() => [mark.submit(view, 0), mark.submit(view, 1)]);
    expect(view).toEqual(shared(new Int32Array(4)));
    expect(await run(() => kindOf.submit(view))).toEqual(["Int32Array", "ArrayBuffer", 4]);
  });
});

describe("moved arrays", () => {
  on(everywhereAndRay, "are detached from whoever gave them, and arrive", async ({ run }) => {
    for (const length of lengths) {
      const given = ones(length);
      await run(async () => {
        const result = sum.submit(move(given));
        expect(given.length).toBe(0);
        expect(await result).toBe(length);
      });
    }
  });

  on(everywhere, "results arrive at the flow and at other calls", async ({ run }) => {
    for (const length of lengths) {
      await run(async () => {
        const first = stepMoved.submit(ones(length));
        const readers = [sum.submit(first), sum.submit(stepMoved.submit(first))];
        expect(await Promise.all(readers)).toEqual([2 * length, 3 * length]);
      });
      expect(of(await run(() => stepMoved.submit(ones(length))))).toEqual(all(length, 2));
    }
  });

  on(["threads"], "a result that was moved cannot be given a second time by its thread", async ({ run }) => {
    const one = { runner: threads({ workers: 1 }) };
    const twice = run(async () => {
      expect(await movesTwice.submit()).toEqual(new Float64Array(10));
      return movesTwice.submit();
    }, one);
    await expect(twice).rejects.toThrow(/an array that was moved before/);
  });
});
