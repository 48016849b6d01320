/** What users write, with producers and workers in processes of their own. */
import { expect, test } from "vitest";
import { rig } from "./rig.ts";

const UNTIL_IDLE = ["worker", "tasks.mjs", "--until-idle"];

test("a call is delayed, and its result is there for who attaches, also when the producer is gone", async () => {
  const { place, script } = rig;
  const id = await script("return (await add.delay(41)).id");
  expect(await script(`return attach("${id}").state()`)).toBe("queued");
  expect(await place.heddle(...UNTIL_IDLE)).toMatchObject({ code: 0 });
  expect(await script(`const job = attach("${id}"); return [await job.state(), await job.result()]`)).toEqual([
    "completed",
    42,
  ]);
});

test("jobs take the results of others: as they are, as promises, and inside structures", async () => {
  const { place, startScript } = rig;
  const producer = startScript(`
    const one = await add.delay(41);
    const two = await add.delay(one);
    const three = await add.delay(two.result(), one.result());
    return [await one.result(), await two.result(), await three.result()];
  `);
  const worker = place.start(["worker", "tasks.mjs"]);
  const { stdout, stderr, code } = await producer.ended;
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: "[42,43,85]" });
  worker.process.kill("SIGTERM");
  expect(await worker.ended).toMatchObject({ code: 0 });
});

test("failures arrive as themselves; time-outs name the job; an unknown id says where it was looked for", async () => {
  const { place, script } = rig;
  const ids = await script("return [(await fails.delay()).id, (await alien.delay()).id]");
  await place.heddle(...UNTIL_IDLE);
  const errors = await script(`
    const ids = ${JSON.stringify(ids)};
    const tellOf = promise => promise.then(() => "none", ({ name, message }) => name + ": " + message.split("\\n")[0]);
    return [
      await tellOf(attach(ids[0]).result()),
      await tellOf(attach(ids[1]).result({ timeout: 10 })),
      await tellOf(attach("nothing").state()),
    ];
  `);
  const [, alien] = ids as string[];
  expect(errors).toEqual([
    "RangeError: as it must",
    `TimeoutError: alien (job ${alien}) had not ended after 10 (it is queued)`,
    `UnknownJobError: There is no job nothing in the queue of ${place.folder}/.heddle`,
  ]);
});

test("delay takes a time, a queue, a priority and a key; other options travel along", async () => {
  const { place, script } = rig;
  const ids = (await script(`
    const jobs = [
      await add.with({ delay: { in: "1h" } }).delay(1),
      await add.with({ delay: { queue: "slow" } }).delay(2),
      await add.with({ delay: { priority: 3 }, retries: 2 }).delay(3),
      await add.with({ delay: { idempotencyKey: "k" } }).delay(4),
      await add.with({ delay: { idempotencyKey: "k" } }).delay(5),
    ];
    return jobs.map(job => job.id);
  `)) as string[];
  expect(ids[3]).toBe(ids[4]);
  await place.heddle(...UNTIL_IDLE);
  const { stdout } = await place.heddle("jobs", "--json");
  const jobs = new Map((JSON.parse(stdout) as { id: string }[]).map(job => [job.id, job]));
  expect(jobs.size).toBe(4);
  expect(jobs.get(ids[0]!)).toMatchObject({ state: "pending" });
  expect(jobs.get(ids[1]!)).toMatchObject({ state: "queued", queue: "slow" });
  expect(jobs.get(ids[2]!)).toMatchObject({ state: "completed", priority: 3, options: { retries: 2 } });
  await place.heddle(...UNTIL_IDLE, "--queue", "slow");
  expect(await script(`return attach("${ids[1]}").result()`)).toBe(3);
});

test("what cannot be stored is refused where it is delayed", async () => {
  const { script } = rig;
  const errors = await script(`
    const tellOf = promise => promise.then(() => "none", ({ message }) => message.split("\\n")[0]);
    return [
      await tellOf(add.delay(() => 1)),
      await tellOf(add.with({ retryIf: () => true }).delay(1)),
      await tellOf(add.delay(Promise.reject(new Error("not there")))),
      await tellOf(add.with({ delay: { in: 1e16 } }).delay(1)),
    ];
  `);
  expect(errors).toEqual([
    "An input of add cannot be copied for another thread or process: input 0 is a function",
    'task "add", retryIf: it cannot be stored with a job, as it is more than plain data',
    "not there",
    'task "add", delay.in: 10000000000000000 ends after the year 9999',
  ]);
});

test.each(["redis:/host", "http://host:1", "localhost:6379"])("%s is the place of no queue", async place => {
  const { stderr, code } = await rig.place.heddle("jobs", "-o", place);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("and no URL of a Redis") });
  const say = "({ code, message }) => [code, message.split('\\n')[0]]";
  expect(await rig.script(`return add.with({ delay: { store: "${place}" } }).delay(1).catch(${say})`)).toEqual([
    "OPTION",
    `the store: "${place}" is no folder, and no URL of a Redis`,
  ]);
});

test("flows are delayed: one that fans out on processes, and one with limits of its own", async () => {
  const { place, script } = rig;
  const ids = await script("return [(await wide.delay([1, 2, 3])).id, (await limited.delay([4])).id]");
  expect(await place.heddle(...UNTIL_IDLE)).toMatchObject({ code: 0 });
  const results = await script(`return Promise.all(${JSON.stringify(ids)}.map(id => attach(id).result()))`);
  expect(results).toEqual([[1, 4, 9], [16]]);
});

test("a flow that has a run of its own ends in the state that it would have in that of the worker", async () => {
  const { place, script } = rig;
  const id = await script('return (await apart.delay("never")).id');
  await place.heddle(...UNTIL_IDLE);
  expect(await script(`return attach("${id}").state()`)).toBe("timedOut");
});

test("a program that asked for an unknown job ends, however long it would have waited", async () => {
  const { stdout, code } = await rig.startScript(
    'return attach("nothing").result({ timeout: "1h" }).catch(({ code }) => code)',
  ).ended;
  expect({ stdout, code }).toEqual({ stdout: '"UNKNOWN_JOB"', code: 0 });
});

for (const place of [[], ["-n", "2"], ["--runner", "processes", "-n", "2"]]) {
  test(`a job can delay and wait for another ${place.join(" ")}`, async () => {
    const id = await rig.script("return (await delays.delay(41)).id");
    const { code, stderr } = await rig.place.heddle(...UNTIL_IDLE, "--concurrency", "2", ...place);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await rig.script(`return attach("${id}").result()`)).toBe(42);
  });
}

test("in modules that a command loads, delay and what follows it park", async () => {
  const { place } = rig;
  place.write({
    "parks.mjs":
      'import { task } from "heddle"; export const t = task("t", () => 1); await t.delay(); console.log("never");',
  });
  expect(await place.heddle("run", "parks.mjs:t")).toMatchObject({ code: 0, stdout: "1\n" });
  expect(await place.heddle("jobs")).toMatchObject({ stdout: "There are no such jobs.\n" });
});
