/** What is said of jobs: that none takes them, what went wrong in whose lines, and words that mean nothing. */
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { rig } from "./rig.ts";

const UNTIL_IDLE = ["worker", "tasks.mjs", "--until-idle"];

test("a worker says what waits for tasks that it does not know, once", async () => {
  const { place, script, worker } = rig;
  await script("await alien.delay(); await alien.delay(); await add.delay(1);");
  const left = await place.heddle(...UNTIL_IDLE);
  expect(left.code).toBe(0);
  expect(left.stderr).toMatch(
    /2 jobs wait in the queue default for .*other\.mjs#alien, which no module here defines\n/,
  );
  const json = await place.heddle(...UNTIL_IDLE, "--json");
  const lines = json.stdout.trim().split("\n");
  expect(lines.map(line => JSON.parse(line) as object)).toContainEqual(
    expect.objectContaining({ type: "jobsUnserved", queue: "default", count: 2 }),
  );
  const serving = await worker();
  await expect.poll(() => serving.stderr()).toContain("2 jobs wait in the queue default");
  serving.process.kill("SIGTERM");
  expect((await serving.ended).stderr.match(/which no module here defines/g)).toHaveLength(1);
});

test("a worker of a queue that is written almost as one in which jobs wait says so", async () => {
  await rig.script("await add.delay(1);");
  const { stderr, code } = await rig.place.heddle(...UNTIL_IDLE, "--queue", "dafault");
  expect(code).toBe(0);
  expect(stderr).toContain("nothing waits in the queue dafault, but in default: did you mean --queue default?");
});

test("of a job that waits it is shown whether a worker takes it", async () => {
  const { place, script, worker } = rig;
  const [known, unknown] = (await script(
    'return [(await work.with({ delay: { priority: -1 } }).delay("b")).id, (await alien.delay()).id]',
  )) as string[];
  expect((await place.heddle("jobs", "show", known!)).stdout).toMatch(/worker +none serves the queue default\n/);
  const other = await worker("--queue", "slow");
  const elsewhere = await place.heddle("jobs", "show", known!);
  expect(elsewhere.stdout).toMatch(/worker +none serves the queue default; there are some for slow\n/);
  await script('await work.delay("a");');
  const serving = await worker("--concurrency", "1");
  await rig.channel.reached("a");
  const name = `${hostname()}:${serving.process.pid}`;
  expect((await place.heddle("jobs", "show", known!)).stdout).toContain(`worker      ${name}\n`);
  expect((await place.heddle("jobs", "show", unknown!)).stdout).toMatch(/worker +none that knows the task; /);
  serving.process.kill("SIGKILL");
  await serving.ended;
  expect((await place.heddle("jobs", "show", known!)).stdout).toContain("worker      none serves the queue default");
  other.process.kill("SIGTERM");
  await other.ended;
});

test("what a worker gives back is not reported as cancelled", async () => {
  await rig.script('await stuck.delay("a");');
  const worker = await rig.worker("--concurrency", "1");
  await rig.channel.reached("a");
  worker.process.kill("SIGTERM");
  await expect.poll(() => worker.stderr()).toContain("ends when 1 job has ended; once more gives it back");
  worker.process.kill("SIGTERM");
  const { stderr } = await worker.ended;
  expect(stderr).toMatch(/stuck \w+ .*given back to the queue\n/);
  expect(stderr).not.toContain("cancelled");
});

test("errors have the user's lines, those of who asked where there are no others, and none of heddle's", async () => {
  const { place, script } = rig;
  const [failed, cancelled] = (await script(`
    const job = await add.with({ delay: { queue: "slow" } }).delay(1);
    await job.cancel();
    return [(await fails.delay()).id, job.id];
  `)) as string[];
  await place.heddle(...UNTIL_IDLE);
  const own = await place.heddle("jobs", "show", failed!);
  expect(own.stdout).toMatch(/error +RangeError: as it must\n +at (file:\/\/)?.*tasks\.mjs/);
  expect(own.stdout).not.toMatch(/dist|src\/background|node:internal/);
  expect((await place.heddle("jobs", "show", cancelled!)).stdout).not.toMatch(/\.js:\d/);
  const stacks = (await script(`
    const stackOf = promise => promise.then(() => "none", error => error.stack);
    return [
      await stackOf(attach("${cancelled}").result()),
      await stackOf(attach("nothing").state()),
      await stackOf(add.with({ retryIf: () => true }).delay(1)),
    ];
  `)) as string[];
  for (const stack of stacks) {
    expect(stack).toMatch(/at .*script-1\.mjs:\d+:\d+/);
    expect(stack).not.toMatch(/dist\/|node:internal/);
  }
});

test("options of delay add up, and what result does not know is refused", async () => {
  const told = await rig.script(`
    const keyed = add.with({ delay: { idempotencyKey: "k", queue: "one" } });
    const [first, second] = [await keyed.delay(1), await keyed.with({ delay: { queue: "two" } }).delay(1)];
    const refused = (() => { try { return first.result({ timout: "1s" }); } catch (error) { return error.message; } })();
    const within = await add.delay(import("heddle").then(({ allowFailure }) => [first])).catch(error => error.message);
    return [first.id === second.id, \`\${first}\` === "job " + first.id, refused, within];
  `);
  const unknown = expect.stringMatching(/unknown option "timout"\n {2}Did you mean timeout\?/);
  const within = expect.stringMatching(/^job \w+ is within a promise, such as allowFailure\(…\) gives/);
  expect(told).toEqual([true, true, unknown, within]);
});

test("a job cannot be taken as an outcome, and that is said", async () => {
  const told = await rig.script(`
    const { allowFailure } = await import("heddle");
    const job = await fails.delay();
    const error = await add.delay(allowFailure(job)).catch(error => error);
    const needing = await add.delay(job);
    return [error.message, needing.id];
  `);
  expect(told).toEqual([expect.stringMatching(/^job \w+ is within a promise/), expect.anything()]);
  const [, id] = told as string[];
  await rig.place.heddle(...UNTIL_IDLE);
  const { stdout } = await rig.place.heddle("jobs", "show", id!);
  expect(stdout).toMatch(/hint: Mend what it says, and let both begin anew with `heddle jobs retry \w+`/);
});

test("words that mean nothing to heddle jobs are refused, and where it looked is said", async () => {
  const { place, script } = rig;
  const said = async (...args: string[]) => {
    const { code, stdout, stderr } = await place.heddle("jobs", ...args);
    return `${code} ${(stdout + stderr).replaceAll(place.folder, "P").replaceAll(/\s+/g, " ").trim()}`;
  };
  expect(await said()).toBe("0 Nothing was delayed yet in P/.heddle.");
  const id = (await script("return (await add.delay(1)).id")) as string;
  expect(await said("frobnicate")).toMatch(
    /^2 .*No job in the queue of P\/\.heddle is one of a task frobnicate Choose one of: add\./,
  );
  expect(await said("ad")).toMatch(/^2 .*Did you mean add\?/);
  expect(await said("shwo")).toMatch(/^2 .*Did you mean heddle jobs show\?/);
  expect(await said("list")).toMatch(/^2 .*Did you mean heddle jobs ls\?/);
  expect(await said(id)).toMatch(new RegExp(`^2 .*Did you mean heddle jobs show ${id}\\?`));
  expect(await said("--state", "failed")).toBe("0 There are no such jobs in the queue of P/.heddle.");
  expect(await said("--state", "foo")).toMatch(/^2 .*Allowed choices/);
  expect(await said("--queue", "dafault")).toMatch(/None is in a queue dafault\. Did you mean --queue default\?$/);
  expect(await said("-o", "nowhere")).toMatch(/^2 .*There is no folder P\/nowhere/);
  expect(await said("-o", "tasks.mjs")).toMatch(/^2 .*P\/tasks\.mjs is no folder/);
  await script("await add.delay(2);");
  expect(await said("--limit", "1")).toMatch(/1 job There are more; a higher --limit shows them\.$/);
});

test("times that never come, and timezones that are none, are refused in their own words", async () => {
  const add = async (...flags: string[]) => {
    const { code, stdout, stderr } = await rig.place.heddle(
      "schedule",
      "add",
      "s",
      "tasks.mjs:add",
      "--args",
      "[1]",
      ...flags,
    );
    return `${code} ${stdout}${stderr}`;
  };
  expect(await add("--cron", "0 0 31 2 *")).toMatch(/^2 heddle: The time "0 0 31 2 \*" never comes/);
  expect(await add("--cron", "0 5 * * *", "--timezone", "Mars/Base")).toMatch(
    /^2 heddle: There is no timezone "Mars\/Base"\n/,
  );
  expect(await add("--cron", "0 5")).toMatch(
    /^2 heddle: "0 5" is no time that comes again: (?!CronPattern).*\n.*five fields/,
  );
  expect(await add("--cron", "@daily")).toMatch(
    /^0 s: add next at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d (UTC|[+-]\d\d:\d\d)\n$/,
  );
});
