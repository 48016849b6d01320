/** Workers that die, stop, drain and are told to end. */
import { expect, test } from "vitest";
import { gone } from "../cli/channel.ts";
import { rig } from "./rig.ts";

const stateOf = (id: unknown) => rig.script(`return attach("${id}").state()`);
const resultOf = (id: unknown) => rig.script(`return attach("${id}").result()`);

test("a worker is killed in a job: one that was there before takes it over", async () => {
  const id = await rig.script('return (await work.delay("a")).id');
  const first = await rig.worker("--concurrency", "1");
  await rig.channel.reached("a");
  const second = await rig.worker("--concurrency", "1");
  first.process.kill("SIGKILL");
  await rig.channel.reached("a", 2);
  rig.channel.passAll();
  expect(await resultOf(id)).toBe("a done");
  second.process.kill("SIGTERM");
  expect(await second.ended).toMatchObject({ code: 0 });
});

test("a worker is killed in a job: one that starts later takes it over", async () => {
  const id = await rig.script('return (await work.delay("a")).id');
  const first = await rig.worker();
  await rig.channel.reached("a");
  first.process.kill("SIGKILL");
  await gone(first.process.pid!);
  await rig.worker();
  await rig.channel.reached("a", 2);
  rig.channel.passAll();
  expect(await resultOf(id)).toBe("a done");
});

test("what a killed worker had is done by one that works until there is nothing left", async () => {
  const id = await rig.script('return (await work.delay("a")).id');
  const first = await rig.worker();
  await rig.channel.reached("a");
  first.process.kill("SIGKILL");
  await gone(first.process.pid!);
  rig.channel.passAll();
  expect(await rig.place.heddle("worker", "tasks.mjs", "--until-idle")).toMatchObject({ code: 0 });
  expect(await stateOf(id)).toBe("completed");
});

test("a worker that is stopped keeps its job", async () => {
  const id = await rig.script('return (await work.delay("a")).id');
  const first = await rig.worker();
  await rig.channel.reached("a");
  first.process.kill("SIGSTOP");
  await rig.script("return (await add.delay(1)).id");
  const { code } = await rig.place.heddle("worker", "tasks.mjs", "--until-idle");
  expect(code).toBe(0);
  expect(rig.channel.count("a")).toBe(1);
  expect(await stateOf(id)).toBe("running");
  first.process.kill("SIGCONT");
  rig.channel.passAll();
  expect(await resultOf(id)).toBe("a done");
});

test("a worker whose thread is busy keeps its job", async () => {
  const id = await rig.script('return (await busy.delay("spins")).id');
  const first = await rig.worker();
  await rig.channel.reached("spins");
  await rig.place.heddle("worker", "tasks.mjs", "--until-idle");
  expect(rig.channel.count("spins")).toBe(1);
  expect(await stateOf(id)).toBe("running");
  first.process.kill("SIGKILL");
});

test("a job that kills its workers has crashed after its fourth, one that must not be run again after its first", async () => {
  const ids = (await rig.script('return [(await dies.delay("d")).id, (await once.delay("o")).id]')) as string[];
  let code: number | null = null;
  for (let workers = 0; workers < 8 && code !== 0; workers++) {
    ({ code } = await rig.place.heddle("worker", "tasks.mjs", "--until-idle", "--concurrency", "1"));
  }
  expect(code).toBe(0);
  expect([await stateOf(ids[0]), await stateOf(ids[1])]).toEqual(["crashed", "crashed"]);
  expect([rig.channel.count("d"), rig.channel.count("o")]).toEqual([4, 1]);
  const { stdout } = await rig.place.heddle("jobs", "show", ids[0]!);
  expect(stdout).toMatch(/CrashedError: The worker that ran dies \(job \w+\) died/);
});

test("told to end, a worker ends what it has begun and takes nothing more", async () => {
  const ids = await rig.script('return [(await work.delay("a")).id, (await work.delay("b")).id]');
  const worker = await rig.worker("--concurrency", "1");
  await rig.channel.reached("a");
  worker.process.kill("SIGTERM");
  await expect.poll(() => worker.stderr()).toContain("1 job");
  rig.channel.passAll();
  expect(await worker.ended).toMatchObject({ code: 0 });
  expect([await stateOf((ids as string[])[0]), await stateOf((ids as string[])[1])]).toEqual(["completed", "queued"]);
});

test("told twice, it gives back what it has, and ends at once", async () => {
  const id = await rig.script('return (await stuck.delay("a")).id');
  const worker = await rig.worker();
  await rig.channel.reached("a");
  worker.process.kill("SIGTERM");
  await expect.poll(() => worker.stderr()).toContain("1 job");
  worker.process.kill("SIGTERM");
  expect(await worker.ended).toMatchObject({ code: 130 });
  expect(await stateOf(id)).toBe("queued");
});

test("a job is cancelled while it runs", async () => {
  const id = await rig.script('return (await work.delay("a")).id');
  await rig.worker();
  await rig.channel.reached("a");
  expect(await rig.script(`return attach("${id}").cancel("not needed")`)).toBe(true);
  await expect.poll(() => rig.channel.heard[1]).toMatch(/^a stopped: work-\d+ was cancelled: not needed$/);
  const told = await rig.script(`return attach("${id}").result().catch(error => [error.name, error.message])`);
  expect(told).toEqual(["CancelledError", expect.stringContaining("not needed")]);
});

test("who waits for a job hears of it, whoever takes it over", async () => {
  const waiting = rig.startScript('const job = await work.delay("a"); return job.result();');
  const first = await rig.worker();
  await rig.channel.reached("a");
  first.process.kill("SIGKILL");
  await rig.worker();
  await rig.channel.reached("a", 2);
  rig.channel.passAll();
  expect(await waiting.ended).toMatchObject({ code: 0, stdout: '"a done"' });
});
