/** A queue whose disk is full: clear errors, nothing that was acknowledged is lost, and it goes on when there is room. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EmbeddedQueue } from "../../src/background/embedded/queue.ts";
import { JobCapture } from "../../src/background/inputs.ts";
import { endOf, outcomeIn } from "../../src/background/outcome.ts";
import type { NewJob } from "../../src/background/queue.ts";
import { fill, smallDisk, whyNoDisk } from "../cases/disk.ts";
import { job as anyJob, TASK } from "./conformance.ts";

const FULL = /^The queue in .* cannot be used: the disk is full\n {2}Free some space, or name another folder/;

async function job(text: string): Promise<NewJob> {
  return anyJob({ inputs: await new JobCapture("work", [text]).bytes() });
}

if (whyNoDisk !== null) test.skip(`a full disk: ${whyNoDisk}`);

test.skipIf(whyNoDisk !== null)("jobs are refused, and those before stay", async () => {
  const disk = smallDisk(8 << 20);
  const folder = join(disk, "store");
  const queue = EmbeddedQueue.open(folder);
  const ids: string[] = [];
  let problem: Error | null = null;
  while (problem === null) {
    try {
      ids.push(await queue.add(await job("x".repeat(100_000))));
    } catch (error) {
      problem = error as Error;
    }
  }
  expect(problem).toMatchObject({ name: "StoreError", code: "STORE", message: expect.stringMatching(FULL) });
  expect(ids.length).toBeGreaterThan(10);
  await queue.close();
  fill(disk, 0);

  // Another process, as after a crash.
  const again = EmbeddedQueue.open(folder);
  expect((await again.list({ states: ["queued"] })).map(({ id }) => id).sort()).toEqual([...ids].sort());
  await expect(again.add(await job(""))).rejects.toThrow(FULL);
  await expect(again.cancel(ids[0]!, "")).rejects.toThrow(FULL);
  await again.close();
});

test.skipIf(whyNoDisk !== null)("a worker keeps what it computed until there is room, and goes on", async () => {
  const disk = smallDisk(8 << 20);
  const folder = join(disk, "store");
  const queue = EmbeddedQueue.open(folder);
  const ids = [await queue.add(await job("one")), await queue.add(await job("two"))];
  const troubles: string[] = [];
  let begun = 0;
  let filler = "";
  let tellTrouble = () => {};
  const troubled = new Promise<void>(resolve => {
    tellTrouble = resolve;
  });
  const serving = await queue.serve({
    name: "hand",
    queues: ["default"],
    tasks: [TASK],
    concurrency: 1,
    async execute() {
      begun += 1;
      if (begun === 1) filler = fill(disk, 0);
      return endOf("work", "completed", { ok: true, value: begun });
    },
    troubled(error) {
      troubles.push(error.message);
      tellTrouble();
    },
  });
  await troubled;
  expect(await queue.facts(ids[0]!)).toMatchObject({ state: "running" });
  expect(begun).toBe(1);
  for (const trouble of troubles) expect(trouble).toMatch(FULL);
  rmSync(filler);
  for (const [i, id] of ids.entries()) {
    await queue.ended(id, null);
    expect(outcomeIn((await queue.outcome(id))!)).toEqual({ ok: true, value: i + 1 });
  }
  expect(begun).toBe(2);
  await serving.drain();
  await queue.close();
});

test.skipIf(whyNoDisk !== null)("a queue is not begun where there is no room", () => {
  const disk = smallDisk(1 << 20);
  fill(disk, 40_000);
  expect(() => EmbeddedQueue.open(join(disk, "store"))).toThrow(FULL);
});
