import { inline, move, run, threads } from "heddle";
import { expect, test } from "vitest";
import type * as LentModule from "../../src/workers/lent.ts";
import { crashes, fragile, step, sum } from "../fixtures/cases/arrays-tasks.mjs";
import { collectGarbage } from "../garbage.ts";
import { built } from "./rig.ts";

const { lent } = await built<typeof LentModule>("workers/lent.js");

const array = () => new Float64Array(9_000).fill(1);
const where = (workers = 2) => ({ runner: threads({ workers }) });

/** Resolves when no segment is lent any more; a test that leaks one does not end. */
async function allBack(): Promise<void> {
  while (lent.count > 0) await collectGarbage();
}

function* arrays(count: number) {
  for (let i = 0; i < count; i += 1) yield array();
}

test("the inputs of 10,000 calls use the same few segments, which are free as soon as each has ended", async () => {
  await allBack();
  const before = lent.segments.made;
  const sums = await run(where(), () => sum.with({ inFlight: 20 }).map(arrays(10_000)));
  expect(new Set(sums)).toEqual(new Set([9_000]));
  expect(lent.count).toBe(0);
  expect(lent.segments.made - before).toBeLessThan(200);
});

test("the results of 10,000 calls come back when nobody holds them", async () => {
  let most = 0;
  await run(where(), async () => {
    for (let i = 0; i < 1_000; i += 1) {
      const ten = Array.from({ length: 10 }, () => step.submit(array()));
      await Promise.all(ten);
      most = Math.max(most, lent.count);
    }
  });
  await allBack();
  // The collector was told of their size: it has run long before there were this many.
  expect(most).toBeLessThan(6_000);
});

test("a result that is held stays, and is read again", async () => {
  const second = await run(where(), async () => {
    const first = step.submit(array());
    await first;
    for (let i = 0; i < 50; i += 1) await sum.submit(array());
    await collectGarbage();
    await new Promise(setImmediate);
    expect(lent.count).toBeGreaterThan(0);
    return step.submit(first);
  });
  expect(new Set(second)).toEqual(new Set([3]));
  await allBack();
});

test("calls that fail, are tried again, or are cancelled leave none behind", async () => {
  await run(where(), async () => {
    expect(await fragile.submit(array())).toBe(1);
    const failing = fragile.with({ retries: 0 }).submit(move(array()));
    expect(await failing.settled()).toMatchObject({ ok: false });
    const cancelled = Array.from({ length: 20 }, () => sum.submit(array()));
    for (const one of cancelled) one.cancel();
    await Promise.all(cancelled.map(one => one.settled()));
  });
  await allBack();
});

test("a thread that ends leaves none behind, and its results can be read", async () => {
  const held = await run(where(1), async () => {
    const first = step.submit(array());
    await first;
    expect(await crashes.submit(array())).toBe(1);
    return [first, step.submit(first)];
  });
  expect(held.map(one => one[0])).toEqual([2, 3]);
  await allBack();
});

test("nothing is lent where memory is not shared by threads", async () => {
  await run({ runner: inline() }, () => step.submit(array()));
  expect(lent.count).toBe(0);
});
