import { processes, type Runner, threads } from "heddle";
import { describe, expect } from "vitest";
import { dies, held, keepsMemory, same, workerOf } from "../fixtures/cases/tasks.mjs";
import { on, type PlaceName, pools, type Witness } from "./places.ts";

interface Recycled {
  readonly workers?: number;
  readonly concurrency?: number;
  readonly maxCallsPerWorker?: number;
  readonly maxMemoryPerWorker?: number | string;
  readonly idleTimeout?: number | string;
}

const make = (place: PlaceName, options: Recycled): Runner =>
  (place === "threads" ? threads : processes)({ workers: 1, ...options });

const endings = (witness: Witness) => witness.of("workerEnded").map(({ reason }) => reason);

describe("recycling", () => {
  on(pools, "after so many calls another worker goes on, and no call is lost", async ({ place, watch }) => {
    const { result, witness } = watch(
      () => workerOf.map(Array.from({ length: 20 })),
      make(place, { maxCallsPerWorker: 3 }),
    );
    const workers = (await result) as string[];
    const calls = [...new Set(workers)].map(worker => workers.filter(one => one === worker).length);
    expect(calls).toEqual([3, 3, 3, 3, 3, 3, 2]);
    expect(endings(witness)).toEqual([...Array<string>(6).fill("recycled"), "closed"]);
    expect(witness.of("workerEnded")[0]).toMatchObject({ detail: "after 3 calls" });
    expect(witness.of("restarted")).toEqual([]);
  });

  on(pools, "short calls by the thousand, on several workers with several calls at once", async ({ place, run }) => {
    const numbers = Array.from({ length: 3_000 }, (_, i) => i);
    const runner = make(place, { workers: 2, concurrency: 4, maxCallsPerWorker: 1_000 });
    expect(await run(() => same.map(numbers), { runner })).toEqual(numbers);
  });

  on(pools, "a worker that is to go finishes what it runs", async ({ place, watch, at, channel }) => {
    const { result, witness } = watch(
      async () => {
        const long = held.submit(at, "long", 1);
        await channel.reached("long");
        const others = [held.submit(at, "other", 2), held.submit(at, "third", 3)];
        await channel.reached("other");
        channel.pass("other");
        expect(await others[0]).toBe(2);
        // Two were its part: the third waits for the next worker, and that for the first call.
        channel.pass("long", "third");
        return [await long, await others[1]];
      },
      make(place, { concurrency: 2, maxCallsPerWorker: 2 }),
    );
    expect(await result).toEqual([1, 3]);
    expect(endings(witness)).toEqual(["recycled", "closed"]);
  });

  on(pools, "a worker with too much in memory is replaced between calls", async ({ place, watch }) => {
    const { result, witness } = watch(
      async () => [await keepsMemory.submit(300), await workerOf.submit(), await workerOf.submit()],
      make(place, { maxMemoryPerWorker: "250MB" }),
    );
    const [first, second, third] = (await result) as string[];
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    expect(witness.of("workerEnded")[0]).toMatchObject({
      reason: "recycled",
      detail: expect.stringContaining("250 MB"),
    });
  });

  on(pools, "a worker without work ends after its time, and another starts when there is some", async bench => {
    const { place, watch } = bench;
    const { result, witness } = watch(
      async () => {
        const first = await workerOf.submit();
        while (witness.of("workerEnded").length === 0) await new Promise(setImmediate);
        return [first, await workerOf.submit()];
      },
      make(place, { idleTimeout: 50 }),
    );
    const [first, second] = (await result) as string[];
    expect(second).not.toBe(first);
    expect(endings(witness)[0]).toBe("idle");
  });

  on(pools, "a call that kills its worker is none of its part", async ({ place, watch }) => {
    const { result } = watch(
      async () => {
        const crashed = await dies.submit("/dev/null", 1, 1, "exit").wait();
        return [crashed, await same.map([1, 2, 3])];
      },
      make(place, { maxCallsPerWorker: 2 }),
    );
    expect(await result).toEqual(["crashed", [1, 2, 3]]);
  });
});

on(["processes"], "resourceLimits of processes: a call that needs more crashes alone", async ({ watch }) => {
  const { result, witness } = watch(
    () => dies.map(Array(3).fill("/dev/null"), [1, 2, 3], [2, 2, 2], Array(3).fill("memory")).settled(),
    processes({ workers: 1, resourceLimits: { maxOldGenerationSizeMb: 40, maxYoungGenerationSizeMb: 12 } }),
  );
  expect(await result).toMatchObject([{ value: 1 }, { ok: false, error: { code: "CRASHED" } }, { value: 3 }]);
  expect(endings(witness)).toEqual(["crashed", "closed"]);
});
