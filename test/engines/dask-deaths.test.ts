/** Everything of a Dask cluster is killed, one after the other, while it works on 1,000 calls. */
import type { ChildProcess } from "node:child_process";
import { dask, unmapped } from "heddle";
import { expect, test } from "vitest";
import { channel, watched } from "../commands/rig.ts";
import { counted } from "../fixtures/clusters/tasks.mjs";
import { bridges, newest, startDask } from "./dask.ts";

const CALLS = 1_000;
/** As many as are at the cluster at once: its threads, and 64 more. */
const UNDERWAY = 64 + 2;

const python = await newest();

test.skipIf(typeof python === "string")(
  "workers, the bridge and the scheduler are killed in 1,000 calls",
  async () => {
    const { program } = python as { program: string };
    const cluster = await startDask(program, 0);
    const workers: ChildProcess[] = [await cluster.worker(), await cluster.worker()];
    const line = await channel();
    const { result, witness } = watched(
      () =>
        counted.map(
          unmapped(line.address),
          Array.from({ length: CALLS }, (_, n) => n),
        ),
      { runner: dask({ address: cluster.address, python: program }) },
    );
    const killWorker = async () => {
      workers.shift()!.kill("SIGKILL");
      workers.push(await cluster.worker());
    };
    const steps = [
      killWorker,
      async () => void process.kill(bridges()[0]!, "SIGKILL"),
      killWorker,
      async () => {
        const ended = new Promise(resolve => cluster.scheduler.once("exit", resolve));
        cluster.scheduler.kill("SIGKILL");
        await ended;
        await cluster.revive();
        for (const worker of workers.splice(0)) worker.kill("SIGKILL");
        workers.push(await cluster.worker(), await cluster.worker());
      },
      killWorker,
    ];
    for (const [i, step] of steps.entries()) {
      await expect
        .poll(() => line.heard.length, { interval: 5, timeout: 60_000 })
        .toBeGreaterThan(((i + 1) * CALLS) / 8);
      await step();
    }
    expect(await result).toEqual(Array.from({ length: CALLS }, (_, n) => n));
    await cluster.stop();
    const begun = Array.from({ length: CALLS }, (_, n) => line.count(`begun ${n}`));
    expect(Math.min(...begun)).toBe(1);
    // Twice ran some of those that were there when the bridge or the scheduler was lost, and one with each worker.
    const again = line.heard.length - CALLS;
    expect(again).toBeLessThanOrEqual(2 * UNDERWAY + 3);
    expect(again).toBeLessThanOrEqual(witness.of("restarted").length);
    expect(witness.of("retrying")).toEqual([]);
  },
  180_000,
);
