import { flow, type RunSettings, startRun, unmapped } from "heddle";
import { describe, expect, test } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import { held as cachedHeld } from "../fixtures/cases/cache-tasks.mjs";
import { works } from "../fixtures/cases/limits-tasks.mjs";
import { starts } from "../fixtures/cases/nested-tasks.mjs";
import { add, failsUntil } from "../fixtures/cases/tasks.mjs";
import { becomes, here, on, pools, Witness } from "./places.ts";

const turn = () => new Promise(setImmediate);

describe("what a call waits for", () => {
  on(here, "inputs, by their ids, and what it comes after", async ({ run, at, channel }) => {
    const found = await run(async () => {
      const first = works.submit(at, "first");
      const second = works.submit(at, "second");
      const sum = add.submit(first as never, 1);
      const after = add.with({ after: [first, second] }).submit(1, 2);
      const part = second.get("length");
      await channel.reached("+first");
      await channel.reached("+second");
      await becomes(first, "running");
      const waiting = [sum, after, part, first].map(each => each.waitsFor);
      channel.passAll();
      await Promise.all([sum, after]);
      return { waiting, ids: [first.id, second.id], ended: sum.waitsFor };
    });
    const [first, second] = found.ids;
    expect(found.waiting).toEqual([[first], [first, second], [second], []]);
    expect(found.ended).toEqual([]);
  });

  on(here, "labels and rates", async ({ run, runner, at, channel }) => {
    const gpu = works.with({ labels: { gpu: 2 } });
    const both = works.with({ labels: { gpu: 1, web: 1 } });
    const found = await run(
      async () => {
        const first = gpu.submit(at, "first");
        const web = works.with({ labels: "web" }).submit(at, "web");
        await channel.reached("+first");
        await channel.reached("+web");
        await becomes(web, "running");
        const waiting = [gpu.submit(at, "second"), both.submit(at, "third")];
        await turn();
        const said = waiting.map(each => each.waitsFor);
        waiting[1]!.cancel();
        channel.passAll();
        await first;
        return said;
      },
      { limits: { gpu: 2, web: { rate: 1, per: "1h" } }, runner: runner(2, 2) },
    );
    expect(found).toEqual([["label gpu: 2 of 2 in use"], ["label gpu: 2 of 2 in use", "rate of web: 1 per 3600s"]]);
  });

  on(here, "a free worker, and calls of its own", async ({ run, runner, at, channel }) => {
    const found = await run(
      async () => {
        const parent = starts.submit(at, "child");
        await channel.reached("started child");
        await channel.reached("child");
        while (parent.waitsFor.length === 0) await turn();
        const list = works.map(unmapped(at), ["next", "last"]);
        await turn();
        const said = [parent.waitsFor, list.at(1)?.waitsFor];
        const { length } = list.waitsFor;
        channel.passAll();
        await list;
        return { said, length };
      },
      { runner: runner(1) },
    );
    expect(found).toEqual({ said: [["calls of its own"], ["a free worker"]], length: 2 });
  });

  on(here, "its next attempt", async ({ run }) => {
    const found = await run(async () => {
      const future = failsUntil.with({ retries: 1, retryDelay: "1h" }).submit(9, "");
      await becomes(future, "retrying");
      const said = future.waitsFor;
      future.cancel();
      return said;
    });
    expect(found).toEqual(["its next attempt"]);
  });

  on(here, "an equal call that is executed already", async bench => {
    const { at, channel } = bench;
    const { value } = await runOn(bench, folder(), async () => {
      const first = cachedHeld.submit(at, "once");
      await channel.reached("once");
      const second = cachedHeld.submit(at, "once");
      while (second.waitsFor[0]?.includes("equal") !== true) await turn();
      const said = second.waitsFor;
      channel.passAll();
      await second;
      return { said, id: first.id };
    });
    const { said, id } = value as { said: string[]; id: string };
    expect(said).toEqual([`${id}, an equal call`]);
  });
});

describe("the event of limits", () => {
  on(pools, "tells how much is in use and how many wait, and that in the end nothing is", async bench => {
    const { at, channel, runner } = bench;
    const witness = new Witness();
    const settings: RunSettings = { limits: { gpu: 2 }, quiet: true, readers: [witness.read], runner: runner(4) };
    const body = async () => {
      const list = works.with({ labels: "gpu" }).map(unmapped(at), ["0", "1", "2", "3", "4"]);
      await turn();
      const gone = works.with({ labels: "gpu" }).submit(at, "gone");
      await channel.reached("+0");
      await channel.reached("+1");
      gone.cancel();
      while (witness.of("limits").at(-1)?.waiting !== 3) await turn();
      channel.passAll();
      return await list;
    };
    await startRun(flow(`gauged ${bench.place}`, body), [], settings).result;
    const told = witness.of("limits");
    expect(told.every(({ label, used, limit }) => label === "gpu" && used <= 2 && limit === 2)).toBe(true);
    expect(told.at(-1)).toMatchObject({ used: 0, waiting: 0 });
    expect(told.some(({ used, waiting }) => used === 2 && waiting === 3)).toBe(true);
    expect(witness.events.at(-1)?.type).toBe("runEnded");
  });

  test("nothing is told where there are no limits", async () => {
    const witness = new Witness();
    const body = () => add.map([1, 2], [3, 4]);
    await startRun(flow("ungauged", body), [], { readers: [witness.read], quiet: true }).result;
    expect(witness.of("limits")).toEqual([]);
  });
});
