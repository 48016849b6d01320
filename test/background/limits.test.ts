/** Limits count for all jobs of a worker, and shared ones for workers and runs together. */
import { expect, test } from "vitest";
import { rig } from "./rig.ts";

test("a limit counts for all jobs of a worker", async () => {
  await rig.script('for (const name of ["a", "b"]) await work.delay(name)');
  const worker = await rig.worker("--concurrency", "2", "--limit", "work=1");
  await rig.channel.reached("a");
  await expect.poll(async () => (await jobs()).map(({ state }) => state)).toEqual(["running", "running"]);
  expect(rig.channel.heard).toEqual(["a"]);
  rig.channel.passAll();
  await rig.channel.reached("b");
  worker.process.kill("SIGTERM");
  expect(await worker.ended).toMatchObject({ code: 0 });
});

test("a shared limit counts for a worker and a run", async () => {
  await rig.script('await work.delay("a")');
  await rig.worker("--limit", "work=1,shared");
  await rig.channel.reached("a");
  const run = rig.place.start(["run", "tasks.mjs:work", "--input", '"b"', "--limit", "work=1,shared"]);
  await expect.poll(() => run.stderr()).toContain("work");
  expect(rig.channel.heard).toEqual(["a"]);
  rig.channel.pass("a");
  await rig.channel.reached("b");
  rig.channel.passAll();
  expect(await run.ended).toMatchObject({ code: 0 });
});

async function jobs(): Promise<{ state: string }[]> {
  return JSON.parse((await rig.place.heddle("jobs", "--json")).stdout) as { state: string }[];
}
