/** Workers that are killed again and again: nothing is lost, and everything ends once. */
import { expect, test } from "vitest";
import { rig } from "./rig.ts";

const JOBS = 60;
const EACH = 12;

test("workers are killed while they work on many jobs", async () => {
  const ids = (await rig.script(`
    const jobs = await Promise.all(Array.from({ length: ${JOBS} }, (_, n) => counted.delay(n)));
    return jobs.map(job => job.id);
  `)) as string[];
  const workers = [await rig.worker("--concurrency", "4"), await rig.worker("--concurrency", "4")];
  for (let begun = EACH; begun < JOBS; begun += EACH) {
    await expect.poll(() => rig.channel.heard.length, { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(begun);
    workers.shift()!.process.kill("SIGKILL");
    workers.push(rig.place.start(["worker", "tasks.mjs", "--concurrency", "4"]));
  }
  const results = await rig.script(`return Promise.all(${JSON.stringify(ids)}.map(id => attach(id).result()))`);
  expect(results).toEqual(ids.map((_, n) => n));
  for (let n = 0; n < JOBS; n++) expect(rig.channel.count(`begun ${n}`)).toBeGreaterThanOrEqual(1);
  const { stdout } = await rig.place.heddle("jobs", "--json");
  const jobs = JSON.parse(stdout) as { state: string; losses: number }[];
  expect(jobs.filter(({ state }) => state !== "completed")).toEqual([]);
});

test("producers are killed while they delay: what they were told of is there", async () => {
  const producer = rig.startScript(`
    for (let n = 0; ; n++) {
      const job = await add.delay(n);
      process.stdout.write(job.id + "\\n");
    }
  `);
  await expect.poll(() => producer.stdout().split("\n").length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(30);
  producer.process.kill("SIGKILL");
  const { stdout } = await producer.ended;
  const told = stdout.split("\n").slice(0, -1);
  expect(await rig.place.heddle("worker", "tasks.mjs", "--until-idle")).toMatchObject({ code: 0 });
  const results = await rig.script(`return Promise.all(${JSON.stringify(told)}.map(id => attach(id).result()))`);
  expect(results).toEqual(told.map((_, n) => n + 1));
});
