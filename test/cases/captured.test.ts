import { unmapped } from "heddle";
import { describe, expect } from "vitest";
import { growsInput, held, same, sameAfter } from "../fixtures/cases/tasks.mjs";
import { abroad, on } from "./places.ts";

describe("captured inputs", () => {
  on(abroad, "each call sees what it was given, whatever is changed later", async ({ run, at, channel }) => {
    const values = await run(() => {
      const first = held.submit(at, "first", 0);
      const o = { i: 0, deep: [0] };
      const futures = Array.from({ length: 5 }, (_, i) => {
        o.i = i;
        o.deep[0] = i;
        return sameAfter.submit(first, o);
      });
      o.i = 99;
      channel.pass("first");
      return futures;
    });
    expect(values).toEqual([0, 1, 2, 3, 4].map(i => ({ i, deep: [i] })));
  });

  on(abroad, "typed arrays and maps are captured too", async ({ run }) => {
    const found = await run(() => {
      const bytes = new Uint8Array([1, 2, 3]);
      const map = new Map([["a", 1]]);
      const futures = [same.submit(bytes), same.submit(map)];
      bytes.fill(9);
      map.set("a", 9);
      return futures;
    });
    expect(found).toEqual([new Uint8Array([1, 2, 3]), new Map([["a", 1]])]);
  });

  on(abroad, "an array that is mapped over is captured when its elements are pulled", async ({ run }) => {
    const found = await run(async () => {
      const rows = [{ n: 1 }, { n: 2 }];
      const list = same.map(rows);
      await list.at(0);
      for (const row of rows) row.n = 9;
      rows.push({ n: 3 });
      return list;
    });
    expect(found).toEqual([{ n: 1 }, { n: 2 }]);
  });

  on(["inline"], "strict: a change throws where it happens", async ({ run }) => {
    await run(
      async () => {
        const o = { i: 0, deep: [{ x: 1 }] };
        const list = [1, 2];
        const futures = [same.submit(o), ...same.map([list])];
        expect(() => {
          o.i = 1;
        }).toThrow(TypeError);
        expect(() => o.deep.push({ x: 2 })).toThrow(TypeError);
        expect(() => Object.assign(o.deep[0]!, { x: 3 })).toThrow(TypeError);
        await Promise.all(futures);
        expect(() => list.push(3)).toThrow(TypeError);
      },
      { strict: true },
    );
  });

  on(["inline"], "strict is on under test runners, and can be turned off", async ({ run }) => {
    await expect(run(() => growsInput.submit([1]))).rejects.toThrow(TypeError);
    expect(await run(() => growsInput.submit([1]), { strict: false })).toEqual([1, 2]);
  });

  on(["inline"], "strict also holds for inputs with futures in them, and for what every call gets", async ({ run }) => {
    await run(
      async () => {
        const o = { list: [1], future: same.submit(1) };
        const all = { n: 1 };
        const futures = [same.submit(o), sameAfter.map([1], unmapped(all)).at(0)];
        await Promise.resolve();
        expect(() => o.list.push(2)).toThrow(TypeError);
        await Promise.all(futures);
        expect(() => {
          all.n = 2;
        }).toThrow(TypeError);
      },
      { strict: true },
    );
  });

  on(abroad, "a task may change what it got", async ({ run }) => {
    const given = [1];
    expect(await run(() => growsInput.submit(given))).toEqual([1, 2]);
    expect(given).toEqual([1]);
  });
});
