import { flow, type LimitsConfig, type RunSettings, run, startRun, unmapped } from "heddle";
import { describe, expect, test } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import {
  asksTooMuch,
  holdsLeft,
  holdsRight,
  kept,
  lends,
  lendsToFlow,
  lets,
  one,
  three,
  tries,
  works,
} from "../fixtures/cases/limits-tasks.mjs";
import { dies, fails, patient } from "../fixtures/cases/tasks.mjs";
import { type Bench, calling, everywhere, on, pools, throughout, Witness } from "./places.ts";

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** The most that was in use at once, as the tasks told; `amount` is what the call of a name uses. */
function peak({ heard }: Bench["channel"], amount: (name: string) => number = () => 1): number {
  let [used, most] = [0, 0];
  for (const each of heard) {
    if (each.startsWith("+")) used += amount(each.slice(1));
    else if (each.startsWith("-")) used -= amount(each.slice(1));
    most = Math.max(most, used);
  }
  return most;
}

/** Runs a body with all its events. */
async function witnessed({ runner }: Bench, body: () => unknown, settings: RunSettings) {
  const witness = new Witness();
  const settled = await startRun(flow(`limited ${++made}`, body), [], {
    runner: runner(2, 2),
    quiet: true,
    readers: [witness.read],
    ...settings,
  }).result.catch(error => error);
  return { settled, witness };
}
let made = 0;

describe("limits", () => {
  on(throughout, "of 1 on the task's own name: never more than one at once", async ({ run, runner, at, channel }) => {
    channel.passAll();
    const list = names("c", 10);
    expect(await run(() => works.map(unmapped(at), list), { limits: { works: 1 }, runner: runner(2, 2) })).toEqual(
      list,
    );
    expect(peak(channel)).toBe(1);
  });

  on(throughout, "on two labels: both hold at every instant", async ({ run, runner, at, channel }) => {
    const both = works.with({ labels: ["gpu", "memory"] });
    const body = async () => {
      const first = [works.with({ labels: "gpu" }).submit(at, "gpu"), both.submit(at, "gpu memory")];
      await channel.reached("+gpu");
      await channel.reached("+gpu memory");
      channel.passAll();
      return [
        ...first,
        works.with({ labels: "gpu" }).map(unmapped(at), names("gpu ", 6)),
        works.with({ labels: "memory" }).map(unmapped(at), names("memory ", 6)),
        both.map(unmapped(at), names("gpu memory ", 6)),
      ];
    };
    await run(body, { limits: { gpu: 2, memory: 1 }, runner: runner(2, 3) });
    expect(channel.heard.filter(each => each.startsWith("-"))).toHaveLength(20);
    expect(peak(channel, name => (name.includes("gpu") ? 1 : 0))).toBe(2);
    expect(peak(channel, name => (name.includes("memory") ? 1 : 0))).toBe(1);
  });

  on(everywhere, "amounts count", async ({ run, runner, at, channel }) => {
    channel.passAll();
    await run(
      () => [1, 2, 3].map(gb => works.with({ labels: { memoryGb: gb } }).map(unmapped(at), names(`${gb} `, 5))),
      { limits: { memoryGb: 4 }, runner: runner(2, 3) },
    );
    expect(channel.heard.filter(each => each.startsWith("-"))).toHaveLength(15);
    expect(peak(channel, name => Number(name.split(" ")[0]))).toBeLessThanOrEqual(4);
  });

  on(everywhere, "an amount above its limit is refused at submit", async ({ run, at }) => {
    const found = await run(
      async () => {
        expect(() => works.with({ labels: { gpu: 3 } }).submit(at, "x")).toThrow(
          expect.objectContaining({
            code: "AMOUNT",
            message: expect.stringMatching(/works needs 3 of gpu, and there is no more than 2/),
          }),
        );
        expect(() => works.with({ labels: { web: 6 } }).map(unmapped(at), ["x"])).toThrow(/6 of web.*5 per 1000 ms/);
        return "went on";
      },
      { limits: { gpu: 2, web: { rate: 5, per: "1s" } } },
    );
    expect(found).toBe("went on");
  });

  on(everywhere, "priorities: the more urgent goes first", async ({ run, at, channel }) => {
    await run(
      async () => {
        const first = works.submit(at, "first");
        await channel.reached("+first");
        const others = [-1, 0, 1, 2].map(priority => works.with({ priority }).submit(at, `p ${priority}`));
        channel.passAll();
        return [first, ...others];
      },
      { limits: { works: 1 } },
    );
    const began = channel.heard.filter(each => each.startsWith("+"));
    expect(began).toEqual(["+first", "+p 2", "+p 1", "+p 0", "+p -1"]);
  });

  on(everywhere, "a call that needs 8 of 8 starts while small ones keep coming", async bench => {
    const { run, runner, at, channel } = bench;
    await run(
      async () => {
        const before = works.with({ labels: "cpu" }).map(unmapped(at), names("before ", 8));
        await Promise.all(names("before ", 8).map(name => channel.reached(`+${name}`)));
        const large = works.with({ labels: { cpu: 8 } }).submit(at, "large");
        const small = works.with({ labels: "cpu" }).map(unmapped(at), names("small ", 60));
        channel.passAll();
        return [before, large, small];
      },
      { limits: { cpu: 8 }, runner: runner(2, 5) },
    );
    const place = channel.heard.filter(each => each.startsWith("+")).indexOf("+large");
    expect(place).toBeGreaterThanOrEqual(8);
    expect(place).toBeLessThanOrEqual(8 + 16);
  });

  on(everywhere, "a cached call takes nothing of its labels", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const limits: LimitsConfig = { gpu: 1 };
    await runOn(bench, where, () => kept.submit(at, "kept"), { limits });
    const warm = await runOn(
      bench,
      where,
      async () => {
        const holds = works.with({ labels: "gpu" }).submit(at, "holds");
        await channel.reached("+holds");
        const found = await kept.submit(at, "kept");
        channel.pass("holds");
        return [found, await holds];
      },
      { limits },
    );
    expect(warm.value).toEqual(["kept", "holds"]);
    expect(channel.count("kept")).toBe(1);
  });
});

describe("a label is free again", () => {
  const limits: LimitsConfig = { gpu: 1 };
  const labels = "gpu";

  on(throughout, "after a failure, a time-out, and being cancelled", async ({ run, at, channel }) => {
    const found = await run(
      async () => {
        const ends = [fails.with({ labels }).submit(), patient.with({ labels, timeout: 30 }).submit(at, "too long")];
        const cancelled = patient.with({ labels }).submit(at, "cancelled");
        const last = works.with({ labels }).submit(at, "last");
        await channel.reached("cancelled");
        cancelled.cancel();
        channel.pass("last");
        return [...(await Promise.all([...ends, cancelled].map(each => each.wait()))), await last];
      },
      { limits },
    );
    expect(found).toEqual(["failed", "timedOut", "cancelled", "last"]);
  });

  on(pools, "after a crash", async ({ run, at, channel }) => {
    channel.passAll();
    const file = `${folder()}/lines`;
    const found = await run(
      async () => {
        const crashed = dies.with({ labels }).submit(file, 1, 1, "exit");
        const last = works.with({ labels }).submit(at, "last");
        return [await crashed.wait(), await last];
      },
      { limits },
    );
    expect(found).toEqual(["crashed", "last"]);
  });

  on(calling, "while a call waits for one of its own", async ({ run, runner }) => {
    expect(await run(() => [lets.submit(), lets.submit()], { limits, runner: runner(1) })).toEqual(["one", "one"]);
  });
});

describe("what is held", () => {
  const limits: LimitsConfig = { gpu: 2 };

  on(calling, "is lent to those within, and to no other", async ({ run, runner, at, channel }) => {
    const list = names("gpu ", 4);
    const found = await run(
      async () => {
        const parent = lends.submit(at, list);
        await channel.reached("+gpu 0");
        await channel.reached("+gpu 1");
        const other = works.with({ labels: "gpu", priority: 9 }).submit(at, "other");
        channel.passAll();
        return [await parent, await other];
      },
      { limits, runner: runner(2, 2) },
    );
    expect(found).toEqual([list, "other"]);
    expect(peak(channel, name => (name.startsWith("gpu") ? 1 : 0))).toBe(2);
    expect(channel.heard.indexOf("+other")).toBeGreaterThan(channel.heard.indexOf("-lends"));
  });

  on(calling, "a child that needs more than is lent is refused", async ({ run }) => {
    const outcome = await run(() => asksTooMuch.submit().settled(), { limits: { gpu: 4 } });
    expect(outcome).toMatchObject({ ok: false, error: { code: "AMOUNT" } });
    const { message } = (outcome as unknown as { error: Error }).error;
    expect(message).toMatch(
      /three needs 3 of gpu, and there is no more than 2 that the call around it holds and lends/,
    );
  });

  on(calling, "what is held is lent through a flow, too", async ({ run }) => {
    expect(await run(() => lendsToFlow.submit(), { limits: { gpu: 1 } })).toBe("one");
  });

  on(calling, "in opposite orders is an error that names who holds what, and no hang", async bench => {
    const { run, runner, at, channel } = bench;
    const outcomes = await run(
      async () => {
        const futures = [holdsLeft.submit(at), holdsRight.submit(at)];
        await channel.reached("both", 2);
        channel.pass("both");
        return await Promise.all(futures.map(future => future.settled()));
      },
      { limits: { left: 1, right: 1 }, runner: runner(2) },
    );
    const failed = outcomes.flatMap(outcome => (outcome.ok ? [] : [outcome.error]));
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ code: "LABEL_DEADLOCK" });
    expect(failed[0]!.message).toMatch(
      /needs(Left|Right)-\d+ can never start: it needs (left|right), which is held by/,
    );
    expect(failed[0]!.message).toMatch(/held by holds(Left|Right)-\d+/);
  });

  test("must be among the labels", async () => {
    await expect(run(() => one.with({ hold: ["web"] }).submit())).rejects.toThrow(
      /hold: it does not have the label web/,
    );
  });
});

describe("rates", () => {
  const per = 250;

  /** When calls of a label began, as the coordinator counts it. */
  const starts = ({ witness }: { witness: Witness }) =>
    witness
      .of("started")
      .filter(({ worker }) => worker >= 0)
      .flatMap(({ at, calls }) => calls.map(() => at));

  on(everywhere, "5 per time, 20 calls: never more than 5 starts in any stretch of it", async bench => {
    bench.channel.passAll();
    const body = () => works.with({ labels: "web" }).map(unmapped(bench.at), names("c", 20));
    const ended = await witnessed(bench, body, { limits: { web: { rate: 5, per } } });
    const began = starts(ended);
    expect(began).toHaveLength(20);
    for (let i = 5; i < 20; i++) expect(began[i]! - began[i - 5]!).toBeGreaterThanOrEqual(per);
  });

  on(everywhere, "each attempt is a start", async bench => {
    const body = () => tries.with({ retries: 5 }).submit(bench.at, "try", 3);
    const ended = await witnessed(bench, body, { limits: { tries: { rate: 1, per } } });
    expect(ended.settled).toBe(3);
    const began = starts(ended);
    expect(began).toHaveLength(3);
    for (let i = 1; i < 3; i++) expect(began[i]! - began[i - 1]!).toBeGreaterThanOrEqual(per);
  });

  on(everywhere, "and an amount at once, together", async bench => {
    const { channel } = bench;
    channel.passAll();
    const body = () => works.map(unmapped(bench.at), names("c", 8));
    const ended = await witnessed(bench, body, { limits: { works: { amount: 1, rate: 4, per } } });
    const began = starts(ended);
    for (let i = 4; i < 8; i++) expect(began[i]! - began[i - 4]!).toBeGreaterThanOrEqual(per);
    expect(peak(channel)).toBe(1);
  });
});

describe("limits that mean nothing", () => {
  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "two", null, {}, { rate: 5 }, { per: "1s" }])(
    "%j is an error at the start",
    limit => {
      const limits = { gpu: limit } as unknown as LimitsConfig;
      let ran = false;
      const body = () => {
        ran = true;
      };
      expect(() => run({ limits }, body)).toThrow(/flow "run", limits, gpu: /);
      expect(() => startRun(flow(`bad ${++made}`, body), [], { limits })).toThrow(/limits, gpu: /);
      expect(ran).toBe(false);
    },
  );

  const warnings = async (limits: LimitsConfig, settings: RunSettings = {}) => {
    const witness = new Witness();
    const target = flow(`doubtful ${++made}`, { limits }, () => one.with({ labels: "given" }).submit());
    await startRun(target, [], { quiet: true, readers: [witness.read], ...settings }).result;
    return witness.of("warning").map(({ message }) => message);
  };

  test("a label that is like that of a task, and that no task has, is warned of at the start", async () => {
    const said = (label: string, near: string) => [
      `There is a limit on "${label}", a label that no task is defined with. Did you mean ${near}?`,
    ];
    expect(await warnings({ GPU: 1 })).toEqual(said("GPU", "gpu"));
    expect(await warnings({ gpus: 1 })).toEqual(said("gpus", "gpu"));
    expect(await warnings({}, { limits: { work: 1 } })).toEqual(said("work", "works"));
    expect(await warnings({}, { defaultLimits: { gpuu: 1 } })).toEqual(said("gpuu", "gpu"));
    expect(await warnings({ given: 1 })).toEqual([]);
    expect(await warnings({}, { defaultLimits: { cpu: 1 } })).toEqual([]);
  });

  test("others that no call had are warned of at the end, unless they are those of the config", async () => {
    const said = (label: string, where: string) => [
      `The limit on "${label}" (${where}) counted for nothing: no call had that label.`,
    ];
    expect(await warnings({ nobody: 1 })).toEqual(said("nobody", "the flow's limits"));
    expect(await warnings({}, { limits: { nobody: 1 } })).toEqual(said("nobody", "limits"));
    expect(await warnings({}, { defaultLimits: { nobody: 1 } })).toEqual([]);
  });

  const other = flow("other limits", { limits: { gpu: 9 } }, () => three.submit());
  const elsewhere = flow("other store", { store: "elsewhere" }, () => three.submit());
  const down = flow("same limits", { limits: { gpu: 3 } }, async (n: number): Promise<string> => {
    return n === 0 ? await three.submit() : await down(n - 1);
  });

  test("a flow that is called inside a run has no limits and no store of its own", async () => {
    const refused = /flow "other limits", limits: it was called inside a run/;
    await expect(run({ limits: { gpu: 3 } }, () => other())).rejects.toThrow(refused);
    await expect(run(() => other.submit())).rejects.toThrow(refused);
    await expect(run(() => elsewhere())).rejects.toThrow(/flow "other store", store: it was called inside a run/);
  });

  test("it may name those of the run, and a runner", async () => {
    expect(await down(2)).toBe("three");
    const where = folder();
    const same = flow("same store", { store: where, runner: "threads" }, () => three.submit());
    expect(await run({ store: where }, () => same())).toBe("three");
  });
});
