/** Calls of a run that workers on a Redis execute. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { redis } from "../../src/background/redis/place.ts";
import { type RedisServer, startRedis } from "../engines/redis.ts";
import { rig } from "./rig.ts";

const started = await startRedis();

if (typeof started === "string") test.skip(`a runner in Redis: ${started}`);
else suite(started);

function suite(server: RedisServer): void {
  afterAll(() => server.stop());
  let count = 0;
  beforeEach(() => {
    process.env["HEDDLE_QUEUE"] = redis({ url: server.url, lease: 2_000, prefix: `runner-${count++}`, calls: 100 });
    return () => {
      delete process.env["HEDDLE_QUEUE"];
    };
  });

  const jobs = async () => JSON.parse((await rig.place.heddle("jobs", "--json")).stdout) as unknown[];
  /** A script in which `run` runs something on the workers. */
  const onWorkers = (body: string) => `
    const heddle = await import("heddle");
    const run = body => heddle.run({ runner: process.env.HEDDLE_QUEUE }, body);
    ${body}
  `;

  test("results, failures and outputs come back, and nothing stays in Redis", async () => {
    await rig.worker("--concurrency", "4");
    const script = rig.startScript(
      onWorkers(`
        const sums = await run(() => add.map([1, 2, 3]));
        const chained = await run(async () => add.submit(add.submit(1), 40));
        const failed = await run(() => fails.submit().catch(error => error.name + ": " + error.message));
        const said = await run(() => says.with({ retries: 1 }).submit(9));
        return [sums, chained, failed, said];
      `),
    );
    const { code, stdout, stderr } = await script.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('[[2,3,4],42,"RangeError: as it must",9]');
    expect(stdout.match(/number 9\n/g)).toHaveLength(2);
    expect(stderr).toContain("and this");
    expect(await jobs()).toEqual([]);
  });

  test("on the command line the URL is the name of the runner", async () => {
    await rig.worker();
    const { HEDDLE_QUEUE } = process.env;
    const ran = await rig.place.heddle("run", "tasks.mjs:squaresOf", "--input", "[1, 2]", "--runner", HEDDLE_QUEUE!);
    expect(ran).toMatchObject({ code: 0, stdout: "[\n  1,\n  4\n]\n" });
  });

  test("what an interrupted run had handed over is not run any more", async () => {
    const place = process.env["HEDDLE_QUEUE"]!;
    const run = rig.place.start(["run", "tasks.mjs:squaresOf", "--input", "[1, 2]", "--runner", place]);
    await expect.poll(jobs).not.toEqual([]);
    run.process.kill("SIGINT");
    expect(await run.ended).toMatchObject({ code: 130 });
    expect(await jobs()).toEqual([]);
  });

  test("a call that is cancelled gets the signal where it runs", async () => {
    await rig.worker();
    const script = rig.startScript(
      onWorkers(`
        const told = await run(async () => {
          const call = work.submit("a");
          process.stderr.write("submitted");
          await new Promise(resolve => process.once("SIGUSR2", resolve));
          call.cancel("not needed");
          return call.catch(error => error.name);
        });
        return told;
      `),
    );
    await rig.channel.reached("a");
    script.process.kill("SIGUSR2");
    await expect.poll(() => rig.channel.heard[1]).toMatch(/^a stopped: .*not needed/);
    expect(await script.ended).toMatchObject({ code: 0, stdout: '"CancelledError"' });
    await expect.poll(jobs).toEqual([]);
  });

  test("tasks that call tasks, on a worker with one place", async () => {
    rig.place.write({
      "nest.mjs": `
        import { task } from "heddle";
        export const down = task("down", n => n === 0 ? 0 : down.submit(n - 1));
        export const tree = task("tree", async n => n === 0 ? 1 : (await tree.map([n - 1, n - 1])).reduce((a, b) => a + b));
        export const fussy = task("fussy", async () => down.submit("no number", 1).then(() => { throw new RangeError("as it must"); }));
      `,
    });
    for (const how of [[], ["--runner", "inline"]]) {
      const worker = rig.place.start(["worker", "nest.mjs", "--concurrency", "1", ...how]);
      const script = rig.startScript(
        onWorkers(`
          const { down, tree } = await import("./nest.mjs");
          return run(() => Promise.all([down.submit(12), tree.submit(4)]));
        `),
      );
      const { code, stdout, stderr } = await script.ended;
      expect({ code, stderr, stdout }).toMatchObject({ code: 0, stdout: "[0,16]" });
      worker.process.kill("SIGTERM");
      expect(await worker.ended).toMatchObject({ code: 0 });
      expect(await jobs()).toEqual([]);
    }
  });

  test("one call of many that travel together is cancelled, the others go on", async () => {
    const script = rig.startScript(
      onWorkers(`
        return run(async () => {
          await add.map(Array.from({ length: 500 }, (_, n) => n));
          const calls = Array.from({ length: 100 }, (_, n) => add.submit(n));
          calls[50].cancel("not needed");
          await new Promise(setImmediate);
          calls[60].cancel("not needed");
          process.stderr.write("submitted");
          const outcomes = await Promise.all(calls.map(call => call.settled()));
          return [calls[50].state, calls[60].state, outcomes.filter(({ ok }) => ok).length];
        });
      `),
    );
    await rig.worker();
    const { code, stdout, stderr } = await script.ended;
    expect({ code, stderr, stdout }).toMatchObject({ code: 0, stdout: '["cancelled","cancelled",98]' });
    await expect.poll(jobs).toEqual([]);
  });

  test("workers are killed in 300 calls: all results are there", async () => {
    const workers = [await rig.worker("--concurrency", "8"), await rig.worker("--concurrency", "8")];
    const script = rig.startScript(
      onWorkers("return run(() => counted.map(Array.from({ length: 300 }, (_, n) => n)));"),
    );
    for (let step = 1; step <= 3; step++) {
      await expect.poll(() => rig.channel.heard.length, { interval: 5 }).toBeGreaterThanOrEqual(step * 70);
      workers.shift()!.process.kill("SIGKILL");
      workers.push(rig.place.start(["worker", "tasks.mjs", "--concurrency", "8"]));
    }
    const { code, stdout, stderr } = await script.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: 300 }, (_, n) => n));
    for (let n = 0; n < 300; n++) expect(rig.channel.count(`begun ${n}`)).toBeGreaterThanOrEqual(1);
  }, 120_000);
}
