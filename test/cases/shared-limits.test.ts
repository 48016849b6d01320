import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LimitsConfig, unmapped } from "heddle";
import { collectEvents } from "heddle/testing";
import { describe, expect, test } from "vitest";
import { checkLimits } from "../../src/config/limits.ts";
import { folder, runOn } from "../cached/rig.ts";
import { holdsLeft, holdsRight, kept, lends, lets, works } from "../fixtures/cases/limits-tasks.mjs";
import { fails } from "../fixtures/cases/tasks.mjs";
import { type Bench, becomes, here, on } from "./places.ts";

const gpu = works.with({ labels: "gpu" });
const limits: LimitsConfig = { gpu: { amount: 2, shared: true } };
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix} ${n}`);
const turn = () => new Promise(setImmediate);

/** The most that was in use at once, as the tasks told. */
function peak(heard: readonly string[]): number {
  let [used, most] = [0, 0];
  for (const each of heard) {
    used += each.startsWith("+") ? 1 : each.startsWith("-") ? -1 : 0;
    most = Math.max(most, used);
  }
  return most;
}

/** A run that has all there is, until the test lets its calls go on. */
async function taken(bench: Bench, where: string) {
  const first = runOn(bench, where, () => gpu.map(unmapped(bench.at), names("first", 2)), { limits });
  await bench.channel.reached("+first 0");
  await bench.channel.reached("+first 1");
  return { first };
}

describe("limits that runs share", () => {
  on(here, "of two runs in one process: never more together", async bench => {
    const { at, channel } = bench;
    const where = folder();
    channel.passAll();
    const body = (name: string) => () => gpu.map(unmapped(at), names(name, 8));
    const runs = ["first", "second"].map(name => runOn(bench, where, body(name), { limits }));
    for (const [n, { value }] of (await Promise.all(runs)).entries())
      expect(value).toEqual(names(["first", "second"][n]!, 8));
    expect(peak(channel.heard)).toBeLessThanOrEqual(2);
  });

  on(here, "what a call waits for names other runs, and the event says whose use it tells", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const { events, reader } = collectEvents();
    const { first } = await taken(bench, where);
    const second = await runOn(
      bench,
      where,
      async () => {
        const call = gpu.submit(at, "second");
        const plain = works.submit(at, "plain");
        await channel.reached("+plain");
        const text = "label gpu: 2 of 2 in use, also by other runs";
        while (!call.waitsFor.includes(text) || !events.some(({ type }) => type === "limits")) await turn();
        channel.pass("first 0", "plain");
        await channel.reached("+second");
        channel.passAll();
        return [await call, await plain];
      },
      { limits, readers: [reader] },
    );
    expect(second.value).toEqual(["second", "plain"]);
    expect((await first).warnings).toEqual([]);
    const told = events.flatMap(event => (event.type === "limits" ? [event] : []));
    expect(told.length).toBeGreaterThan(0);
    for (const event of told) expect(event).toMatchObject({ label: "gpu", limit: 2, shared: true });
  });

  on(here, "a share comes back after a failure, and when a call is cancelled or waits", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const one: LimitsConfig = { gpu: { amount: 1, shared: true } };
    const first = runOn(
      bench,
      where,
      async () => {
        await fails.with({ labels: "gpu" }).submit().settled();
        const cancelled = gpu.submit(at, "cancelled");
        await channel.reached("+cancelled");
        cancelled.cancel();
        await cancelled.settled();
        await lets.submit();
        await channel.reached("+second");
        return "first";
      },
      { limits: one },
    );
    await channel.reached("+cancelled");
    const second = runOn(bench, where, () => gpu.submit(at, "second"), { limits: one });
    await channel.reached("+second");
    channel.passAll();
    expect([(await first).value, (await second).value]).toEqual(["first", "second"]);
  });

  on(here, "what is held is lent within, and not to other runs", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const first = runOn(bench, where, () => lends.submit(at, names("gpu", 3)), { limits });
    await channel.reached("+gpu 0");
    await channel.reached("+gpu 1");
    const second = runOn(bench, where, () => gpu.submit(at, "other"), { limits });
    channel.passAll();
    expect((await first).value).toEqual(names("gpu", 3));
    expect((await second).value).toBe("other");
    expect(channel.heard.indexOf("+other")).toBeGreaterThan(channel.heard.indexOf("-lends"));
  });

  on(here, "cached calls that runs want at once, too", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const body = () => kept.map(unmapped(at), names("kept", 5));
    const ended = await Promise.all([1, 2, 3].map(() => runOn(bench, where, body, { limits })));
    for (const { value, warnings } of ended) expect([value, warnings]).toEqual([names("kept", 5), []]);
    expect(channel.heard).toHaveLength(5);
  });

  on(["inline"], "where there can be no store, a run keeps them alone, and says so", async bench => {
    const { at, channel } = bench;
    const where = join(folder(), "file");
    writeFileSync(where, "not a folder");
    channel.passAll();
    const ended = await runOn(bench, where, () => gpu.map(unmapped(at), names("c", 5)), { limits });
    expect(ended.value).toEqual(names("c", 5));
    expect(peak(channel.heard)).toBe(2);
    expect(ended.warnings).toEqual([expect.stringMatching(/^Shared limits are kept by this run alone: /)]);
  });

  on(["inline"], "a call that waits can be cancelled, and asks no more", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const { first } = await taken(bench, where);
    const second = await runOn(
      bench,
      where,
      async () => {
        const call = gpu.submit(at, "second");
        while (call.waitsFor.length === 0 || call.waitsFor[0] === "its turn") await turn();
        call.cancel();
        await becomes(call, "cancelled");
        return await call.wait();
      },
      { limits },
    );
    expect(second.value).toBe("cancelled");
    channel.passAll();
    expect((await first).value).toEqual(names("first", 2));
    const third = await runOn(bench, where, () => gpu.map(unmapped(at), names("third", 3)), { limits });
    expect(third.value).toHaveLength(3);
  });
});

on(here, "runs whose calls hold what the other needs: one call fails, and no run hangs", async bench => {
  const { at, channel } = bench;
  const where = folder();
  const two: LimitsConfig = { left: { amount: 1, shared: true }, right: { amount: 1, shared: true } };
  const runs = [holdsLeft, holdsRight].map(task =>
    runOn(bench, where, () => task.submit(at).settled() as Promise<unknown>, { limits: two }),
  );
  await channel.reached("both", 2);
  channel.pass("both");
  const outcomes = (await Promise.all(runs)).map(({ value }) => value as { ok: boolean; error?: Error });
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ code: "LABEL_DEADLOCK" });
  expect(errors[0]!.message).toMatch(/needs(Left|Right)-\d+ can never start: it needs (left|right), .* of other runs,/);
});

describe("what cannot be shared", () => {
  test.each([
    [{ rate: 5, per: "1s", shared: true }, /web: a rate cannot be shared by several runs/],
    [{ amount: 2, rate: 5, per: "1s", shared: true }, /web: a rate cannot be shared by several runs/],
    [{ shared: true }, /web: it limits nothing/],
    [{ amount: 2, shared: "yes" }, /web: shared is "yes"\n {2}It is true or false/],
  ])("%j", (limit, message) => {
    expect(() => checkLimits({ web: limit }, "limits")).toThrow(message);
    expect(() => checkLimits({ web: limit }, "limits")).toThrow(expect.objectContaining({ code: "OPTION" }));
  });

  test("shared: false says nothing", () => {
    expect([...checkLimits({ gpu: { amount: 2, shared: false } }, "limits")]).toEqual([["gpu", { amount: 2 }]]);
  });
});
