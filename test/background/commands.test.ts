/** heddle jobs and heddle schedule. */
import { expect, test } from "vitest";
import { rig } from "./rig.ts";

const UNTIL_IDLE = ["worker", "tasks.mjs", "--until-idle"];

test("jobs are listed and shown, by any beginning or end of their ids", async () => {
  const [good, bad] = (await rig.script("return [(await add.delay(1, 2)).id, (await fails.delay()).id]")) as string[];
  await rig.place.heddle(...UNTIL_IDLE);
  const { stdout } = await rig.place.heddle("jobs");
  expect(stdout).toMatch(new RegExp(`${good} +add +completed +default`));
  expect(stdout).toMatch(new RegExp(`${bad} +fails +failed +default .*RangeError: as it must`));
  expect(stdout).toContain("2 jobs");
  const shown = await rig.place.heddle("jobs", "show", good!.slice(-6));
  expect(shown.stdout).toMatch(/state +completed\n/);
  expect(shown.stdout).toMatch(/inputs +1, 2\nresult +3\n/);
  expect(JSON.parse((await rig.place.heddle("jobs", "show", bad!, "--json")).stdout)).toMatchObject({
    id: bad,
    state: "failed",
    inputs: [],
    error: { name: "RangeError", message: "as it must" },
  });
  const unknown = await rig.place.heddle("jobs", "show", "nothing");
  expect(unknown).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("There is no job nothing in the queue of"),
  });
});

test("a result that only the user's modules can decode does not keep a job from being shown", async () => {
  const id = (await rig.script("return (await points.delay()).id")) as string;
  await rig.place.heddle(...UNTIL_IDLE);
  const { stdout } = await rig.place.heddle("jobs", "show", id);
  expect(stdout).toMatch(/state +completed\n/);
  expect(stdout).toMatch(/outcome +not readable here: .*"Point"/);
  expect(JSON.parse((await rig.place.heddle("jobs", "show", id, "--json")).stdout)).toMatchObject({
    state: "completed",
    unreadable: expect.stringContaining("Point"),
  });
});

for (const place of [[], ["--runner", "processes", "-n", "2"]]) {
  test(`what a job has said is shown, and what its calls have ${place.join(" ")}`, async () => {
    const ids = (await rig.script(`
      const jobs = [await says.delay(7), await saysAll.delay([8, 9]), await saysApart.delay([10])];
      return jobs.map(job => job.id);
    `)) as string[];
    await rig.place.heddle(...UNTIL_IDLE, "--concurrency", "3", ...place);
    const said = (n: number) => [`number ${n}`, `info logged {"n":${n}}`, "and this"];
    const shown = await rig.place.heddle("jobs", "show", ids[0]!);
    expect(shown.stdout).toMatch(/output +number 7\n/);
    const outputs = [];
    for (const id of ids) {
      const { stdout } = await rig.place.heddle("jobs", "show", id, "--json");
      outputs.push((JSON.parse(stdout) as { output: string }).output.split("\n").filter(line => line !== ""));
    }
    const once = [...said(7), "attempt 1 failed: once", ...said(7)];
    expect(outputs[0]).toEqual(once);
    const again = (n: number) => [...said(n), ...said(n), "attempt 1 failed: once"];
    expect(outputs[1]!.toSorted()).toEqual([...again(8), ...again(9)].toSorted());
    expect(outputs[2]!.toSorted()).toEqual(again(10).toSorted());
  });
}

test("jobs are cancelled, begun anew, and forgotten", async () => {
  const [first, second] = (await rig.script("return [(await add.delay(1)).id, (await add.delay(2)).id]")) as string[];
  expect(await rig.place.heddle("jobs", "cancel", first!)).toMatchObject({
    code: 0,
    stdout: `add (job ${first}) cancelled\n`,
  });
  expect(await rig.place.heddle("jobs", "cancel", first!)).toMatchObject({ code: 1 });
  await rig.place.heddle(...UNTIL_IDLE);
  expect(await rig.place.heddle("jobs", "retry", first!)).toMatchObject({ code: 0 });
  expect(await rig.place.heddle("jobs", "retry", second!)).toMatchObject({ code: 1 });
  await rig.place.heddle(...UNTIL_IDLE);
  expect(await rig.script(`return attach("${first}").result()`)).toBe(2);
  expect(await rig.place.heddle("jobs", "prune", "--older-than", "0")).toMatchObject({ stdout: "2 jobs forgotten\n" });
  expect((await rig.place.heddle("jobs")).stdout).toMatch(/^There are no jobs in the queue of /);
});

test("a schedule is added, listed and removed; patterns that are none are refused", async () => {
  const { place } = rig;
  const add = ["schedule", "add", "sums", "tasks.mjs:add", "--args", "[1, 2]", "--timezone", "UTC"];
  expect(await place.heddle(...add, "--cron", "0 5 * * *")).toMatchObject({ code: 0 });
  const [schedule] = JSON.parse((await place.heddle("schedule", "--json")).stdout) as { next: number }[];
  expect(schedule).toMatchObject({ name: "sums", cron: "0 5 * * *", timezone: "UTC", job: { name: "add" } });
  expect(new Date(schedule!.next).getUTCHours()).toBe(5);
  expect((await place.heddle("schedule", "ls")).stdout).toMatch(/sums +add +0 5 \* \* \* UTC/);
  expect(await place.heddle(...add, "--cron", "99 * * * *")).toMatchObject({ code: 2 });
  expect(await place.heddle("schedule", "rm", "sums")).toMatchObject({ code: 0 });
  expect(await place.heddle("schedule", "rm", "sums")).toMatchObject({ code: 2 });
});

test("a worker needs a module with tasks, and numbers that are some", async () => {
  rig.place.write({ "empty.mjs": "export {};" });
  const refused = async (...args: string[]) => (await rig.place.heddle("worker", ...args)).stderr.split("\n")[0];
  expect(await refused("empty.mjs")).toMatch(/There is no task or flow in empty\.mjs/);
  expect(await refused("tasks.mjs", "--concurrency", "0")).toMatch(/--concurrency 0 is not a number of jobs/);
  expect(await refused("tasks.mjs:add")).toMatch(/tasks\.mjs:add names a task/);
  expect(await refused("tasks.mjs", "--keep", "soon")).toMatch(/"soon" is not a duration/);
  expect(await refused("tasks.mjs", "--queue", "")).toMatch(/--queue is empty/);
  expect(await refused("tasks.mjs", "-o", "")).toMatch(/-o is empty/);
  expect(await refused("tasks.mjs", "--engine", "redis")).toMatch(/--engine redis, and no Redis is named/);
  expect(await refused("tasks.mjs", "--engine", "embedded", "-o", "redis://127.0.0.1:1")).toMatch(
    /--engine embedded, and the queue that is named is in a Redis/,
  );
  expect(await refused("tasks.mjs", "-o", "/proc/none")).toMatch(/The queue in \/proc\/none cannot be used/);
});
