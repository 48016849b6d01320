/** Calls of a run that workers on a Redis execute. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { redis } from "../../src/background/redis/place.ts";
import { SECRET_VARIABLE } from "../../src/background/secret.ts";
import { interrupted } from "../engines/interrupted.ts";
import { type RedisServer, startRedis } from "../engines/redis.ts";
import { rig, startWorker } from "./rig.ts";

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

  test.each([
    ["a thread each", ["--concurrency", "2", "-n", "2"], 2],
    ["more threads than calls", ["--concurrency", "1", "-n", "2"], 1],
    ["inline", ["--concurrency", "3", "--runner", "inline"], 3],
    ["threads of several", ["--concurrency", "3", "--runner", "wide"], 3],
  ])("no more calls run at once than a worker was told, also of short ones: %s", async (_, how, most) => {
    rig.place.write({
      "heddle.config.mjs": `
        import { threads } from "heddle";
        export default { runners: { wide: threads({ workers: 2, concurrency: 10 }) } };
      `,
      "spans.mjs": `
        import { task } from "heddle";
        export const span = task("span", async () => {
          const began = process.hrtime.bigint();
          await new Promise(resolve => setImmediate(resolve));
          return [began, process.hrtime.bigint()];
        });
      `,
    });
    rig.place.start(["worker", "spans.mjs", ...how]);
    const script = rig.startScript(
      onWorkers(`
        const { span } = await import("./spans.mjs");
        const spans = await run(() => span.map(Array.from({ length: 600 })));
        const changes = spans.flatMap(([began, ended]) => [[began, 1], [ended, -1]]);
        changes.sort(([one, up], [other, down]) => (one < other ? -1 : one > other ? 1 : up - down));
        let [now, most] = [0, 0];
        for (const [, change] of changes) most = Math.max(most, (now += change));
        return most;
      `),
    );
    const { code, stdout, stderr } = await script.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toBeLessThanOrEqual(most);
  });

  test("a time limit counts from when a call begins: not what it waits for, nor what its task loads", async () => {
    rig.place.write({
      "slow.mjs": `
        import { isMainThread } from "node:worker_threads";
        import { task } from "heddle";
        if (!isMainThread) await new Promise(resolve => setTimeout(resolve, 2_000));
        export const quick = task("quick", n => n);
        export const spins = task("spins", () => { for (;;); });
      `,
    });
    rig.place.start(["worker", "slow.mjs", "--concurrency", "2", "-n", "2"]);
    const script = rig.startScript(
      onWorkers(`
        const { quick, spins } = await import("./slow.mjs");
        return run(async () => {
          const limited = quick.with({ timeout: 1_500 });
          const first = await limited.map([1, 2, 3, 4]).settled();
          const many = await limited.map(Array.from({ length: 500 }, (_, n) => n)).settled();
          const states = [...first, ...many].map(({ ok }) => ok);
          return [states.length, states.includes(false), await spins.with({ timeout: 200 }).submit().wait()];
        });
      `),
    );
    const { code, stdout, stderr } = await script.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toEqual([504, false, "timedOut"]);
  });

  test("a call that has called others ends, though another one has the only thread meanwhile", async () => {
    rig.place.write({
      "ends.mjs": `
        import { task } from "heddle";
        import { add, reach } from "./tasks.mjs";
        export const ends = task("ends", async () => {
          const sum = await add.submit(1);
          await reach("end");
          return sum;
        });
      `,
    });
    rig.place.start(["worker", "ends.mjs", "--concurrency", "1", "-n", "1"]);
    const script = rig.startScript(
      onWorkers(`
        const { ends } = await import("./ends.mjs");
        return run(async () => {
          const first = ends.submit();
          await new Promise(resolve => process.once("SIGUSR2", resolve));
          const next = work.submit("next");
          const ended = await first;
          await reach("ended");
          return [ended, await next];
        });
      `),
    );
    await rig.channel.reached("end");
    script.process.kill("SIGUSR2");
    await rig.channel.reached("next");
    rig.channel.pass("end");
    await rig.channel.reached("ended");
    rig.channel.pass("ended", "next");
    const { code, stdout, stderr } = await script.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toEqual([2, "next done"]);
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

  describe("short calls", () =>
    interrupted(
      () => JSON.stringify(process.env["HEDDLE_QUEUE"]),
      (place, module) => startWorker(place, [module, "-n", "2"]),
    ));

  test("a run that is interrupted ends, though the worker that has its calls does not answer", async () => {
    const worker = await rig.worker();
    const place = process.env["HEDDLE_QUEUE"]!;
    const run = rig.place.start(["run", "tasks.mjs:workOn", "--input", '"held"', "--runner", place]);
    await rig.channel.reached("held");
    worker.process.kill("SIGSTOP");
    run.process.kill("SIGINT");
    expect(await run.ended).toMatchObject({ code: 130 });
    worker.process.kill("SIGCONT");
    await expect.poll(jobs).toEqual([]);
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

  describe("large values lie beside Redis", () => {
    const memory = async () => {
      const client = new Redis(server.url);
      const info = await client.info();
      client.disconnect();
      return Number(/total_net_input_bytes:(\d+)/.exec(info)![1]);
    };
    let blobs: string;
    beforeEach(() => {
      blobs = mkdtempSync(join(tmpdir(), "heddle-blobs-"));
      process.env["HEDDLE_QUEUE"] = redis({ url: process.env["HEDDLE_QUEUE"]!, blobs });
      process.env[SECRET_VARIABLE] = "a good secret";
      rig.place.write({
        "values.mjs": `
          import { task } from "heddle";
          export const heavy = task("heavy", (mib, fill = 0) => new Uint8Array(mib * 2 ** 20).fill(fill));
          export const weigh = task("weigh", (...all) => all.map(each => [each.length, each[0], each.at(-1)]));
          export const kept = task("kept", { cache: true }, () => "kept ".repeat(100_000));
          export const asks = task("asks", async mib => heavy.submit(mib, await weigh.submit("a").then(([[length]]) => length)));
        `,
      });
      return () => {
        delete process.env[SECRET_VARIABLE];
        rmSync(blobs, { recursive: true, force: true });
      };
    });
    const left = () => readdirSync(blobs, { recursive: true, withFileTypes: true }).filter(file => file.isFile());
    const startWorker = (...flags: string[]) => rig.place.start(["worker", "values.mjs", ...flags]);

    test("2 of 100 MiB go from call to call, and neither Redis nor the process of the run sees them", async () => {
      startWorker("--concurrency", "2");
      const before = await memory();
      const script = rig.startScript(
        onWorkers(`
          const { heavy, weigh } = await import("./values.mjs");
          return run(async () => {
            await weigh.submit("warm");
            const before = process.resourceUsage().maxRSS;
            const weight = await weigh.submit(heavy.submit(100, 1), heavy.submit(100, 2));
            return { weight, grew: process.resourceUsage().maxRSS - before };
          });
        `),
      );
      const { code, stdout, stderr } = await script.ended;
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const { weight, grew } = JSON.parse(stdout) as { weight: number[][]; grew: number };
      expect(weight).toEqual([
        [100 * 2 ** 20, 1, 1],
        [100 * 2 ** 20, 2, 2],
      ]);
      expect(grew * 1_024).toBeLessThan(48 * 2 ** 20);
      expect((await memory()) - before).toBeLessThan(2 ** 20);
      expect(left()).toEqual([]);
    });

    test("inputs, and what the flow, the cache, another runner or a call that asks has of them", async () => {
      startWorker("--concurrency", "2", "--runner", "inline");
      const script = rig.startScript(
        onWorkers(`
          const { threads } = await import("heddle");
          const { heavy, weigh, kept, asks } = await import("./values.mjs");
          const given = new Uint8Array(2 ** 20).fill(7);
          return run(async () => {
            const made = heavy.submit(1, 3);
            const here = weigh.with({ runner: threads({ workers: 1 }) }).submit(made);
            const all = await Promise.all([
              ...[1, 2].map(() => weigh.submit(given, "text ".repeat(100_000))),
              weigh.submit(made, kept.submit()),
              here,
              weigh.submit(asks.submit(1)),
              weigh.submit(heddle.all([made, made])),
            ]);
            return [all, (await made).length, (await kept.submit()).length];
          });
        `),
      );
      const { code, stdout, stderr } = await script.ended;
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const [three, text] = [[2 ** 20, 3, 3], (word: string) => [500_000, word, " "]];
      const inputs = [[2 ** 20, 7, 7], text("t")];
      const lists = [2, ...Array.from({ length: 2 }, () => expect.anything() as unknown)];
      expect(JSON.parse(stdout)).toEqual([
        [inputs, inputs, [three, text("k")], [three], [[2 ** 20, 1, 1]], [lists]],
        2 ** 20,
        500_000,
      ]);
      expect(left()).toEqual([]);
    });

    test("what is missing, and what is too large where no place is named, fails its call", async () => {
      const told = "const tell = promise => promise.catch(({ name, message }) => name + ': ' + message);";
      startWorker("--concurrency", "2");
      const missing = rig.startScript(
        onWorkers(`
          const { heavy, weigh } = await import("./values.mjs");
          const { readdirSync, rmSync } = await import("node:fs");
          ${told}
          return run(async () => {
            const made = heavy.submit(1);
            await made.wait();
            rmSync(${JSON.stringify(blobs)} + "/values", { recursive: true });
            return [await tell(weigh.submit(made)), await tell(made.then(() => "there"))];
          });
        `),
      );
      const { stdout, stderr } = await missing.ended;
      expect(JSON.parse(stdout || `"${stderr}"`)).toEqual([
        expect.stringMatching(
          /^BlobError: an input of weigh-\d+, 1.05 MB, cannot be read from .*: values.* is not there/,
        ),
        expect.stringMatching(/^BlobError: the result of heavy-\d+, 1.05 MB, cannot be read from/),
      ]);
      process.env["HEDDLE_QUEUE"] = redis({ url: server.url, prefix: `runner-${count++}` });
      startWorker("--concurrency", "2");
      const large = rig.startScript(
        onWorkers(`
          const { heavy, weigh } = await import("./values.mjs");
          ${told}
          return run(() => Promise.all([weigh.submit(new Uint8Array(17 * 2 ** 20)), heavy.submit(17)].map(tell)));
        `),
      );
      const over = (what: string) =>
        expect.stringMatching(`^BlobError: the ${what}-\\d+, 17.8 MB, cannot lie in Redis, where 16.8`);
      expect(JSON.parse((await large.ended).stdout)).toEqual([over("inputs of weigh"), over("result of heavy")]);
    });
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
