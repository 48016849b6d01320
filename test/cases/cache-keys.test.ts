/** What counts in keys and what does not, what is read of warm results, and what a run keeps from being removed. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { all } from "heddle";
import { describe, expect } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import {
  chatty,
  choose,
  counted,
  countedAll,
  counts,
  decodes,
  defaulted,
  held,
  long,
  sign,
} from "../fixtures/cases/cache-tasks.mjs";
import { here, on } from "./places.ts";

const HEDDLE = fileURLToPath(new URL("../../dist/cli/heddle.js", import.meta.url));

describe("normalised arguments", () => {
  on(here, "a default spelled out or left out is one call; with rest parameters all count", async bench => {
    const { at } = bench;
    const where = folder();
    const ran = await runOn(bench, where, () => [
      defaulted.submit(at, 1),
      defaulted.submit(at, 1, undefined),
      defaulted.submit(at, 1, 2),
      defaulted.submit(at, 1, 3),
      counts.submit(at, 1),
      counts.submit(at, 1, undefined),
    ]);
    expect(ran.value).toEqual([3, 3, 3, 4, 1, 2]);
    expect(ran.told).toEqual(["counts 1", "counts 2", "defaulted 1 2", "defaulted 1 3"]);
  });

  on(here, "a parameter that is ignored makes no other call", async bench => {
    const { at } = bench;
    const where = folder();
    const first = await runOn(bench, where, () => chatty.submit(at, 1, true));
    expect(first.told).toEqual(["chatty 1 true"]);
    const again = await runOn(bench, where, () => [chatty.submit(at, 1, false), chatty.submit(at, 1)]);
    expect([again.value, again.told]).toEqual([[2, 2], []]);
    const other = await runOn(bench, where, () => chatty.submit(at, 2, true));
    expect(other.told).toEqual(["chatty 2 true"]);
  });
});

on(here, "a warm run reads digests, and decodes the value of the root alone", async bench => {
  const { at } = bench;
  const where = folder();
  const body = () =>
    countedAll.submit(
      at,
      counted.map(
        [1, 2, 3].map(() => at),
        [1, 2, 3],
      ),
    );
  const cold = await runOn(bench, where, body);
  const before = decodes.count;
  const warm = await runOn(bench, where, body);
  expect(warm.told).toEqual([]);
  expect(warm.value).toEqual(cold.value);
  expect(decodes.count - before).toBe(1);
});

on(here, "pruning by another process while a run reads leaves what the run uses", async bench => {
  const { at, channel } = bench;
  const where = folder();
  const name = (index: number) => `text ${index}`;
  await runOn(bench, where, () => all([0, 1, 2, 3].map(index => long.submit(at, name(index), 20_000))));
  const prune = () =>
    promisify(execFile)(process.execPath, [HEDDLE, "cache", "prune", "--max-size", "1B", "-o", where]);
  const ran = await runOn(bench, where, async () => {
    const used = long.submit(at, name(2), 20_000);
    await used;
    const waits = held.submit(at, "waits", "done");
    await channel.reached("waits");
    await prune();
    channel.pass("waits");
    return all([used, waits, long.submit(at, name(1), 20_000)]);
  });
  expect(ran.value[1]).toBe("done");
  expect(ran.told).toEqual(["long text 1", "waits"]);
});

on(["inline"], "keys are the same on every version of Node and every machine", async bench => {
  const { value } = await runOn(bench, folder(), () => Promise.all([sign.key("at", 3), choose.key("at", 3, 1)]));
  expect(value).toEqual([
    "66856d554e078a2e.9dc6ea0438ab35125b36847c0fbe168caa08b3bd.9d0eca75c6ee8ed9485d38e7afba77222849ba52",
    "634fcb95a211506d.9b881f2a3409c57331f996abc0efb004e3bc402b.67381b0d5821a80c840388fdd4a5d3d2540aa496",
  ]);
});
