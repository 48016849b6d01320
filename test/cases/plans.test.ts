import { rmSync } from "node:fs";
import { join } from "node:path";
import { all, flow, type Plan } from "heddle";
import { describe, expect, test } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import {
  add,
  boxed,
  choose,
  even,
  failingFlow,
  fails,
  long,
  parts,
  plain,
  shows,
  sign,
  summed,
} from "../fixtures/cases/cache-tasks.mjs";
import { type Bench, here, on } from "./places.ts";

let made = 0;

/** Plans `body` as a flow on the store in `where`. Nothing may tell the channel of anything: no task is executed. */
async function planOn(bench: Bench, where: string, body: () => unknown): Promise<Plan> {
  const before = bench.channel.heard.length;
  const target = flow(`planned ${++made}`, { store: where, runner: bench.runner(), cache: false }, body);
  const plan = await target.plan();
  expect(bench.channel.heard.slice(before)).toEqual([]);
  expect(plan.calls[0]).toMatchObject({ kind: "flow", state: "run", parent: null });
  return plan;
}

/** Task, state and reason of each call but the flow, in the order of the calls; numbers are left out. */
function told(plan: Plan): string[] {
  const calls = plan.calls.slice(1);
  return calls.map(({ task, state, reason }) => `${task} ${state}${reason === "" ? "" : `: ${unnumbered(reason)}`}`);
}

function unnumbered(text: string): string {
  return text.replace(/-\d+\b/g, "");
}

/** The edges by task. */
function needs(plan: Plan): string[] {
  return plan.edges.map(({ from, to }) => `${unnumbered(from)} > ${unnumbered(to)}`).sort();
}

describe("a plan", () => {
  on(here, "on an empty store: what would run, and what waits for that", async bench => {
    const { at } = bench;
    const body = () => {
      const sum = add.submit(at, 1, 2);
      return [shows.submit(at, sum), plain.submit(at, 3), shows.submit(at, "alone")];
    };
    const plan = await planOn(bench, folder(), body);
    expect(told(plan)).toEqual([
      "add run: never run",
      "shows mayRun: needs what would run: add",
      "plain run: cache off",
      "shows run: never run",
    ]);
    expect(needs(plan)).toEqual(["add > shows"]);
    expect(plan.unfinished).toEqual([]);
    expect(plan.summary()).toEqual({ hit: 0, run: 3, mayRun: 1, unknown: 0 });
    expect(plan.calls.map(({ key }) => key !== null)).toEqual([false, true, false, false, true]);
  });

  on(here, "of what is cached: nothing would run, and keys are those of the entries", async bench => {
    const { at } = bench;
    const where = folder();
    const body = () => all([shows.submit(at, add.submit(at, 1, 2)), ...boxed.map([at, at], [1, 2])]);
    await runOn(bench, where, body);
    const plan = await planOn(bench, where, body);
    expect(told(plan)).toEqual(["add hit", "shows hit", "boxed hit", "boxed hit"]);
    expect(plan.summary()).toEqual({ hit: 4, run: 0, mayRun: 0, unknown: 0 });
    const added = plan.calls.find(({ task }) => task === "add")!;
    expect(added.key).toBe((await runOn(bench, where, () => add.key(at, 1, 2))).value);
  });

  on(here, "of a new argument: the path in it; what depends on it may run", async bench => {
    const { at } = bench;
    const where = folder();
    const body = (deep: number) => () => {
      const box = boxed.submit(at, { list: [1, { deep }], same: true } as never);
      return [shows.submit(at, box), sign.submit(at, 3)];
    };
    await runOn(bench, where, body(1));
    expect(told(await planOn(bench, where, body(2)))).toEqual([
      "boxed run: input changed: list[1].deep of value",
      "shows mayRun: needs what would run: boxed",
      "sign hit",
    ]);
  });

  on(here, "of another upstream that is cached: its call is named", async bench => {
    const { at } = bench;
    const where = folder();
    await runOn(bench, where, () => [shows.submit(at, add.submit(at, 1, 2)), add.submit(at, 2, 3)]);
    const plan = await planOn(bench, where, () => shows.submit(at, add.submit(at, 2, 3)));
    expect(told(plan)).toEqual(["add hit", "shows run: upstream changed: add (parameter value)"]);
    const [, sum, shown] = plan.calls;
    expect(shown!.reason).toContain(`${sum!.id} (`);
  });

  on(here, "of inputs with results in them: what differs, a result or what stands beside it", async bench => {
    const { at } = bench;
    const where = folder();
    const body = (a: number, b: number, limit: number) => () => {
      const sums = [add.submit(at, 1, a), add.submit(at, 2, b)];
      return shows.submit(at, { sums, limit });
    };
    await runOn(bench, where, body(1, 1, 5));
    await runOn(bench, where, () => [add.submit(at, 1, 9), add.submit(at, 2, 9)]);
    const shown = async (...changed: [number, number, number]) => {
      const plan = await planOn(bench, where, body(...changed));
      const [, first, second, shows] = plan.calls;
      return shows!.reason.replace(first!.id, "first").replace(second!.id, "second");
    };
    expect(await shown(1, 1, 6)).toBe("input changed: limit of value");
    expect(await shown(1, 9, 5)).toBe("upstream changed: second (parameter value)");
    expect(await shown(9, 1, 5)).toBe("upstream changed: first (parameter value)");
    expect(await shown(1, 9, 6)).toBe("input changed: sums[1], limit of value");
  });

  on(here, "only the calls of a map that would run are what the next one needs", async bench => {
    const { at } = bench;
    const where = folder();
    await runOn(bench, where, () => sign.map([at, at], [1, 2]));
    const plan = await planOn(bench, where, () => shows.submit(at, sign.map([at, at, at], [1, 2, 3])));
    const third = plan.calls.find(({ task, state }) => task === "sign" && state === "run")!;
    const shown = plan.calls.find(({ task }) => task === "shows")!;
    expect(third.reason).toBe("input changed: n");
    expect(shown).toMatchObject({ state: "mayRun", reason: `needs what would run: ${third.id}` });
    expect(plan.edges.filter(({ to }) => to === shown.id)).toHaveLength(3);
  });

  on(here, "an option that counts, and going back", async bench => {
    const { at } = bench;
    const where = folder();
    const body = (version: string) => () => sign.with({ cache: { version } }).submit(at, 1);
    await runOn(bench, where, body("1"));
    expect(told(await planOn(bench, where, body("2")))).toEqual(["sign run: option changed: version, include or code"]);
    expect(told(await planOn(bench, where, body("1")))).toEqual(["sign hit"]);
  });

  on(here, "what has expired", async bench => {
    const { at } = bench;
    const where = folder();
    const body = () => sign.with({ cache: { ttl: 1 } }).submit(at, 1);
    await runOn(bench, where, body);
    const began = Date.now();
    while (Date.now() <= began + 1);
    expect(told(await planOn(bench, where, body))).toEqual([
      expect.stringMatching(/^sign run: expired (just now|\d+ \w+ ago)$/),
    ]);
  });

  on(here, "equal calls: one would run for both", async bench => {
    const { at } = bench;
    const plan = await planOn(bench, folder(), () => [sign.submit(at, 1), sign.submit(at, 1)]);
    expect(told(plan)).toEqual(["sign run: never run", "sign mayRun: same call as sign, which runs once for both"]);
  });

  on(here, "a map over what is not there yet is unknown, and says what it waits for", async bench => {
    const { at } = bench;
    const where = folder();
    const body = () => {
      const numbers = parts.submit(at, 2).get("odd").get("list");
      return sign.map([at, at, at], numbers as never);
    };
    const cold = await planOn(bench, where, body);
    expect(told(cold)).toEqual(["parts run: never run", "sign unknown: its elements are what parts gives"]);
    expect(cold.summary()).toMatchObject({ run: 1, unknown: 1 });
    await runOn(bench, where, () => parts.submit(at, 2));
    const known = await planOn(bench, where, body);
    expect(told(known)).toEqual(["parts hit", ...Array(3).fill("sign run: never run")]);
  });
});

describe("a flow", () => {
  on(here, "that awaits what would be computed is planned up to there, and says so", async bench => {
    const { at } = bench;
    const where = folder();
    const body = async () => {
      const sum: number = await add.submit(at, 1, 2);
      return sign.submit(at, sum);
    };
    const cold = await planOn(bench, where, body);
    expect(told(cold)).toEqual(["add run: never run"]);
    expect(cold.unfinished).toEqual([cold.calls[0]!.id]);
    await runOn(bench, where, () => add.submit(at, 1, 2));
    const further = await planOn(bench, where, body);
    expect(told(further)).toEqual(["add hit", "sign run: never run"]);
    expect(further.unfinished).toEqual([]);
  });

  on(here, "that only returns it, async or not, is planned to its end", async bench => {
    const { at } = bench;
    for (const body of [
      async () => add.submit(at, 1, 2),
      () => add.submit(at, 1, 2),
      async () => sign.map([at], [1]),
    ]) {
      expect((await planOn(bench, folder(), body)).unfinished).toEqual([]);
    }
    const within = async () => {
      await (async () => add.submit(at, 1, 2))();
    };
    expect((await planOn(bench, folder(), within)).unfinished).toHaveLength(1);
  });

  on(here, "in a flow: its calls are below it, and a cached one is a hit as a whole", async bench => {
    const { at } = bench;
    const where = folder();
    const body = () => summed.submit(at, [1, 2]);
    const before = bench.channel.heard.length;
    const plan = await flow(`planned ${++made}`, { store: where, runner: bench.runner() }, body).plan();
    // The function of the flow ran, no task did.
    expect(bench.channel.heard.slice(before)).toEqual(["summed"]);
    const [root, sub] = plan.calls;
    expect(sub).toMatchObject({ task: "summed", kind: "flow", state: "run", reason: "never run", parent: root!.id });
    expect(plan.calls.slice(2).map(({ task, parent }) => [task, parent])).toEqual(
      ["shows", "boxed", "boxed"].map(task => [task, sub!.id]),
    );
    await runOn(bench, where, body);
    expect(told(await planOn(bench, where, body))).toEqual(["summed hit"]);
  });

  on(here, "one of whose calls was cleared says which", async bench => {
    const { at } = bench;
    const where = folder();
    const body = () => summed.submit(at, [1, 2]);
    await runOn(bench, where, body);
    await runOn(bench, where, () => boxed.clear(at, 2));
    const before = bench.channel.heard.length;
    const plan = await flow(`planned ${++made}`, { store: where, runner: bench.runner() }, body).plan();
    expect(bench.channel.heard.slice(before)).toEqual(["summed"]);
    expect(told(plan)[0]).toMatch(/^summed run: child changed: boxed \(/);
    expect(told(plan).filter(line => line.startsWith("boxed"))).toEqual(["boxed hit", expect.stringMatching(/run/)]);
  });

  on(here, "that calls itself: every level, no task", async bench => {
    const { at } = bench;
    const where = folder();
    await runOn(bench, where, () => choose.submit(at, 6, 3));
    await choose.with({ store: where }).clear(at, 3, 3);
    const plan = await flow(`planned ${++made}`, { store: where }, () => choose.submit(at, 6, 3)).plan();
    const run = plan.calls.slice(1).filter(({ task, state }) => task === "choose" && state === "run");
    expect(run.map(({ reason }) => unnumbered(reason)).sort()).toEqual([
      ...Array(3).fill("child changed: choose (its result is gone)"),
      // Those that are nearest differ in either; it is told of the one that was kept last.
      expect.stringMatching(/^input changed: [nk]$/),
    ]);
  });

  on(here, "whose function throws fails the plan with that error", async bench => {
    const body = () => {
      throw new RangeError("no such year");
    };
    await expect(planOn(bench, folder(), body)).rejects.toThrow("no such year");
    const { at } = bench;
    const caught = async () => {
      await failingFlow.submit(at).settled();
      return fails.submit(at, "never");
    };
    const plan = await flow(`planned ${++made}`, { store: folder() }, caught).plan();
    expect(plan.unfinished.map(unnumbered)).toEqual([expect.stringContaining("planned"), "failingFlow"]);
  });
});

on(here, "a plan can be drawn, and is plain data", async bench => {
  const { at } = bench;
  const where = folder();
  await runOn(bench, where, () => even.submit(at, 2));
  const plan = await planOn(bench, where, () => [shows.submit(at, even.submit(at, 2)), long.submit(at, "x", 3)]);
  const names = plan.calls.slice(1).map(({ id }) => id);
  for (const text of [plan.toMermaid(), plan.toDot()]) for (const name of names) expect(text).toContain(`"${name}"`);
  const data = JSON.parse(JSON.stringify(plan));
  expect(data).toMatchObject({ summary: { hit: 1, run: 2, mayRun: 0, unknown: 0 }, unfinished: [] });
  expect(data.calls).toEqual(plan.calls);
});

on(here, "a result whose bytes are gone would be computed again", async bench => {
  const { at } = bench;
  const where = folder();
  const body = () => long.submit(at, "text", 300_000);
  await runOn(bench, where, body);
  rmSync(join(where, "cache/blobs"), { recursive: true });
  expect(told(await planOn(bench, where, body))).toEqual([expect.stringMatching(/^long run: its entry is damaged: /)]);
});

test("planning leaves nothing in the store", async () => {
  const where = folder();
  const body = flow("planned for nothing", { store: where }, () => sign.submit("nowhere", 1));
  const first = JSON.stringify(await body.plan());
  expect(JSON.stringify(await body.plan())).toBe(first);
});
