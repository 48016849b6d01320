/** Runs that bound what they hold of results in memory: the rest is on disk, and nobody can tell. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Future, flow, LostResultError, OptionError, run, threads } from "heddle";
import { describe, expect, onTestFinished, test } from "vitest";
import { runOn } from "../cached/rig.ts";
import { crashes, filled, fragile, step, stepMoved, stepShared, sum } from "../fixtures/cases/arrays-tasks.mjs";
import { fill, smallDisk, whyNoDisk } from "./disk.ts";
import { here, on, pools } from "./places.ts";

const LENGTH = 10_000;
const BOUND = 4 * LENGTH * 8;
const MANY = 12;
const all = Array.from({ length: MANY }, (_, i) => i);

function store(): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-live-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const options = (where: string) => ({ store: where, cache: false, maxLiveBytes: BOUND });

/** The files that results are in. */
function away(where: string): string[] {
  const dirs = join(where, "dirs");
  const runs = existsSync(dirs) ? readdirSync(dirs) : [];
  const folders = runs.map(name => join(dirs, name, ".live")).filter(existsSync);
  return folders.flatMap(folder => readdirSync(folder).map(name => join(folder, name)));
}

/** Resolves when so many results are on disk. */
async function leave(where: string, count: number): Promise<void> {
  while (away(where).length < count) await new Promise(setImmediate);
}

/** What is in this process's memory, and is put on its disk: results on an engine are kept there, or come late. */
const awayHere = here.filter(place => place !== "inline");

describe("a bound for the results in memory", () => {
  on(here, "results are the same, however often they are read", async ({ run, place }) => {
    const where = store();
    const sums = await run(async () => {
      const made = all.map(i => filled.submit(LENGTH, i));
      await Promise.all(made.map(one => one.wait()));
      if (place !== "inline") await leave(where, MANY - 5);
      const first = made.map(one => sum.submit(one));
      const again = made.map(one => sum.submit(place === "inline" ? one : step.submit(one)));
      const seen = await Promise.all(made);
      expect(seen.map(one => [one.length, one[0], one[LENGTH - 1]])).toEqual(all.map(i => [LENGTH, i, i]));
      return [first, again];
    }, options(where));
    const more = place === "inline" ? 0 : 1;
    expect(sums).toEqual([all.map(i => i * LENGTH), all.map(i => (i + more) * LENGTH)]);
    expect(away(where)).toEqual([]);
  });

  on(awayHere, "results in a list, and in a structure, are read back for who takes it whole", async ({ run }) => {
    const where = store();
    const totals = await run(async () => {
      const list = filled.map(
        all.map(() => LENGTH),
        all,
      );
      await list.wait();
      await leave(where, MANY - 5);
      const lengths = sum.submit(list.get(3) as Future<Float64Array>);
      return [lengths, list];
    }, options(where));
    const [total, list] = totals as [number, Float64Array[]];
    expect(total).toBe(3 * LENGTH);
    expect(list.map(one => one[7])).toEqual(all);
  });

  on(pools, "an attempt that fails, and a worker that dies, leave its input as it was", async ({ run }) => {
    const where = store();
    await run(async () => {
      const made = all.map(i => stepMoved.submit(filled.submit(LENGTH, i)));
      await Promise.all(made.map(one => one.wait()));
      await leave(where, MANY - 5);
      expect(await Promise.all(made.map(one => fragile.submit(one)))).toEqual(all.map(i => i + 1));
      expect(await crashes.submit(made[2]!)).toBe(3);
      expect((await made[2]!)[0]).toBe(3);
    }, options(where));
  });

  on(awayHere, "keys are the same whether a result was on disk or not", async bench => {
    const where = store();
    const body = (most?: number) => async () => {
      const made = all.map(i => filled.with({ cache: true }).submit(LENGTH, i));
      await Promise.all(made.map(one => one.wait()));
      if (most !== undefined) await leave(where, MANY - 5);
      return made.map(one => step.with({ cache: true }).submit(one).get(0));
    };
    const bounded = await runOn(bench, where, body(BOUND), { maxLiveBytes: BOUND });
    expect(bounded).toMatchObject({ value: all.map(i => i + 1), warnings: [] });
    const free = await runOn(bench, where, body());
    expect(free).toMatchObject({ value: all.map(i => i + 1), told: [], warnings: [] });
  });

  on(["threads"], "what is shared stays where it is, and what was moved and seen too", async ({ run }) => {
    const where = store();
    await run(async () => {
      const one = stepShared.submit(new Float64Array(LENGTH));
      const moved = stepMoved.submit(new Float64Array(LENGTH));
      (await one)[0] = 5;
      (await moved)[0] = 7;
      const made = all.map(i => filled.submit(LENGTH, i));
      await Promise.all(made.map(each => each.wait()));
      await leave(where, MANY - 5);
      expect(await sum.submit(one)).toBe(LENGTH + 4);
      expect(await sum.submit(moved)).toBe(LENGTH + 6);
    }, options(where));
  });

  on(awayHere, "a file that somebody removed fails who needs it, and nobody else", async ({ run }) => {
    const where = store();
    await run(
      async () => {
        const made = all.map(i => filled.submit(LENGTH, i));
        await Promise.all(made.map(one => one.wait()));
        await leave(where, MANY - 5);
        for (const file of away(where)) rmSync(file);
        const ends = await Promise.all(made.map(one => one.settled()));
        const lost = ends.filter(end => !end.ok);
        expect(lost.length).toBeGreaterThan(0);
        expect(lost.length).toBeLessThan(MANY);
        for (const end of lost) expect(end).toMatchObject({ error: expect.any(LostResultError) as unknown });
        const read = await sum.submit(made[ends.findIndex(end => !end.ok)]!).settled();
        expect(read).toMatchObject({ ok: false, error: { message: expect.stringContaining("ENOENT") as unknown } });
      },
      { ...options(where), onError: "continue" },
    );
  });

  if (whyNoDisk !== null) test.skip(`on a full disk: ${whyNoDisk}`);
  on(whyNoDisk === null ? awayHere : [], "on a full disk all stay in memory, with a warning", async bench => {
    const disk = smallDisk(4 << 20);
    const where = join(disk, "store");
    expect(await runOn(bench, where, () => sum.submit(filled.submit(9, 1)))).toMatchObject({ value: 9 });
    fill(disk, 0);
    const body = async () => {
      const made = all.map(i => filled.with({ cache: false }).submit(LENGTH, i));
      await Promise.all(made.map(one => one.wait()));
      return made.map(one => sum.with({ cache: false }).submit(one));
    };
    const { value, warnings } = await runOn(bench, where, body, { maxLiveBytes: BOUND });
    expect(value).toEqual(all.map(i => i * LENGTH));
    expect(warnings.filter(text => text.includes("maxLiveBytes"))).toHaveLength(1);
    expect(warnings.join()).toContain("no space left");
  });
});

test("what is no size is refused", async () => {
  expect(() => run({ maxLiveBytes: "lots" }, () => 1)).toThrow(OptionError);
  expect(() => run({ maxLiveBytes: -1 }, () => 1)).toThrow(/negative/);
});

test("a flow that joins a run has the run's bound", async () => {
  const inner = flow("inner", { maxLiveBytes: 5 }, () => 1);
  const outer = run({ runner: threads({ workers: 1 }) }, () => inner());
  await expect(outer).rejects.toThrow(/--max-live-bytes/);
});

test("another run reads results while they come and go", async () => {
  const where = store();
  let give = (_: Future<Float64Array>[]) => {};
  const given = new Promise<Future<Float64Array>[]>(resolve => {
    give = resolve;
  });
  let done = () => {};
  const read = new Promise<void>(resolve => {
    done = resolve;
  });
  const bounded = run({ runner: threads({ workers: 1 }), ...options(where) }, async () => {
    const made = all.map(i => filled.submit(LENGTH, i));
    await Promise.all(made.map(one => one.wait()));
    give(made);
    for (let round = 0; round < 5; round += 1) await Promise.all(all.map(i => filled.submit(LENGTH, i).wait()));
    await read;
  });
  const made = await given;
  const sums = await run({ runner: threads({ workers: 1 }), store: store() }, async () => {
    const rounds = [];
    for (let round = 0; round < 10; round += 1) {
      rounds.push(await Promise.all(made.map(one => sum.submit(one))));
    }
    return rounds;
  });
  done();
  await bounded;
  expect(sums).toEqual(Array.from({ length: 10 }, () => all.map(i => i * LENGTH)));
});
