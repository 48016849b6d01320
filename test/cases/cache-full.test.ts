/** A run whose store has no room left: the values are right, and what is kept is whole. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Store } from "../../src/store/store.ts";
import { runOn } from "../cached/rig.ts";
import { boxed, lengthOf, long } from "../fixtures/cases/cache-tasks.mjs";
import { fill, smallDisk, whyNoDisk } from "./disk.ts";
import { here, on, type PlaceName } from "./places.ts";
import { script } from "./script.ts";

const why = whyNoDisk;
const places: readonly PlaceName[] = why === null ? here : [];

async function verified(where: string): Promise<number> {
  const store = Store.open(where);
  try {
    const { entries, bad, orphans } = await store.verify(problem => expect(problem).toBeNull());
    expect({ bad, orphans }).toEqual({ bad: 0, orphans: 0 });
    return entries;
  } finally {
    await store.close();
  }
}

if (why !== null) test.skip(`a full disk: ${why}`);

for (const left of [0, 20_000, 60_000]) {
  on(places, `with ${left} bytes left`, async bench => {
    const { at } = bench;
    const disk = smallDisk(4 << 20);
    const where = join(disk, "store");
    const body = (from: number) => () => {
      const numbers = Array.from({ length: 8 }, (_, i) => from + i);
      const texts = numbers.map(n => long.with({ compress: n % 2 === 0 }).submit(at, `text ${n}`, 30_000 + n));
      const small = numbers.map(n => boxed.submit(at, n).get("value"));
      return [texts.map(text => lengthOf.submit(at, text)), small];
    };
    const valuesFrom = (from: number) => {
      const numbers = Array.from({ length: 8 }, (_, i) => from + i);
      return [numbers.map(n => 30_000 + n), numbers];
    };
    expect(await runOn(bench, where, body(0))).toMatchObject({ value: valuesFrom(0), warnings: [] });
    const filler = fill(disk, left);
    const full = await runOn(bench, where, body(4));
    expect(full.value).toEqual(valuesFrom(4));
    expect(full.warnings.length).toBeGreaterThan(0);
    for (const warning of full.warnings) expect(warning).toContain("the disk is full");
    rmSync(filler);
    await verified(where);
    const free = await runOn(bench, where, body(4));
    expect(free).toMatchObject({ value: valuesFrom(4), warnings: [] });
    expect(await runOn(bench, where, body(4))).toMatchObject({ value: valuesFrom(4), told: [], warnings: [] });
    expect(await verified(where)).toBe(12 * 3);
  });
}

test.skipIf(why !== null)("a program of its own outlives a full disk, and ends well", async () => {
  const disk = smallDisk(4 << 20);
  const ran = await script({
    "main.mjs": `
      import { rmSync, statfsSync, writeFileSync } from "node:fs";
      import { flow, startRun, task } from "heddle";
      const folder = ${JSON.stringify(join(disk, "store"))};
      const large = task("large", { cache: true }, n => ({ n, text: "y".repeat(2_000) }));
      const all = flow("all", from => large.map(Array.from({ length: 8 }, (_, n) => n + from)).get(7).get("n"));
      const go = async from => console.log("last", await startRun(all, [from], { quiet: true, cache: { folder } }).result);
      await go(0);
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(folder + "/filler", Buffer.alloc(bavail * bsize));
      await go(8);
      rmSync(folder + "/filler");
      await go(8);
    `,
  });
  expect(ran).toMatchObject({ code: 0, stdout: "last 7\nlast 15\nlast 15\n" });
});

test.skipIf(why !== null)("a store that is not there yet is not begun where there is hardly room", async () => {
  const disk = smallDisk(1 << 20);
  fill(disk, 40_000);
  const ran = await script({
    "main.mjs": `
      import { flow, startRun, task } from "heddle";
      const small = task("small", { cache: true }, n => n);
      const all = flow("all", () => small.map([1, 2, 3]));
      const folder = ${JSON.stringify(join(disk, "store"))};
      console.log(await startRun(all, [], { cache: { folder } }).result.catch(error => error.message));
    `,
  });
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stdout + ran.stderr).toContain("the disk is full");
});
