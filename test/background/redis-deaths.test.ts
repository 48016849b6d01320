/** Workers on a Redis that die, stop or are busy, and a Redis that dies. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { redis } from "../../src/background/redis/place.ts";
import { RedisQueue } from "../../src/background/redis/queue.ts";
import { type RedisServer, startRedis } from "../engines/redis.ts";
import { rig } from "./rig.ts";

const LEASE = 2_000;
const JOBS = 1_000;
const started = await startRedis();

if (typeof started === "string") test.skip(`workers on a Redis: ${started}`);
else suite(started);

function suite(server: RedisServer): void {
  afterAll(() => server.stop());
  let count = 0;
  beforeEach(() => {
    process.env["HEDDLE_QUEUE"] = redis({ url: server.url, lease: LEASE, prefix: `deaths-${count++}` });
    return () => {
      delete process.env["HEDDLE_QUEUE"];
    };
  });

  const jobs = async () => JSON.parse((await rig.place.heddle("jobs", "--json")).stdout) as Record<string, unknown>[];
  const resultOf = (id: unknown) => rig.script(`return attach("${id}").result()`);

  test("what is delayed is run elsewhere; jobs are listed, shown, cancelled and begun anew", async () => {
    const ids = (await rig.script(`
      const one = await add.delay(41);
      return [one.id, (await add.delay(one, 2)).id, (await fails.delay()).id, (await wide.delay([1, 2])).id,
        (await says.delay(5)).id];
    `)) as string[];
    expect(await rig.place.heddle("worker", "tasks.mjs", "--until-idle")).toMatchObject({ code: 0 });
    expect(await rig.script(`return Promise.all(${JSON.stringify(ids)}.map(id => attach(id).state()))`)).toEqual([
      "completed",
      "completed",
      "failed",
      "completed",
      "completed",
    ]);
    expect(await resultOf(ids[1])).toBe(44);
    expect(await resultOf(ids[3])).toEqual([1, 4]);
    expect((await rig.place.heddle("jobs", "show", ids[4]!)).stdout).toMatch(/output +number 5\n/);
    expect(await rig.place.heddle("jobs", "retry", ids[2]!)).toMatchObject({ code: 0 });
    expect(await rig.place.heddle("jobs", "cancel", ids[2]!)).toMatchObject({ code: 0 });
    expect(await rig.place.heddle("jobs", "prune", "--older-than", "0")).toMatchObject({
      stdout: "5 jobs forgotten\n",
    });
  });

  test("a worker is killed in a job: another one takes it over when the lease is over", async () => {
    const id = await rig.script('return (await work.delay("a")).id');
    const first = await rig.worker("--concurrency", "1");
    await rig.channel.reached("a");
    await rig.worker("--concurrency", "1");
    first.process.kill("SIGKILL");
    await rig.channel.reached("a", 2);
    rig.channel.passAll();
    expect(await resultOf(id)).toBe("a done");
    expect(await jobs()).toMatchObject([{ state: "completed", attempts: 2, losses: 1 }]);
  });

  test("a worker whose task computes for longer than the lease keeps it, and one that waits does, too", async () => {
    await rig.script('return [(await spins.delay("s")).id, (await work.delay("a")).id]');
    await rig.worker("--concurrency", "2");
    await rig.channel.reached("s");
    await rig.channel.reached("a");
    await rig.worker("--concurrency", "2");
    await rig.channel.reached("s has ended");
    rig.channel.passAll();
    await expect.poll(async () => (await jobs()).map(({ state }) => state)).toEqual(["completed", "completed"]);
    expect(await jobs()).toMatchObject([
      { attempts: 1, losses: 0 },
      { attempts: 1, losses: 0 },
    ]);
  });

  test("told twice, a worker gives back what it has, and another takes it at once", async () => {
    const id = await rig.script('return (await stuck.delay("a")).id');
    const worker = await rig.worker();
    await rig.channel.reached("a");
    worker.process.kill("SIGTERM");
    await expect.poll(() => worker.stderr()).toContain("1 job");
    worker.process.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 130 });
    expect(await rig.script(`return attach("${id}").state()`)).toBe("queued");
    await rig.worker();
    await rig.channel.reached("a", 2);
    rig.channel.passAll();
    expect(await resultOf(id)).toBe("a");
    expect(await jobs()).toMatchObject([{ losses: 0 }]);
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

  test("connections are dropped, and Redis is killed: workers and producers go on, idle or not", async () => {
    const worker = await rig.worker("--concurrency", "1");
    await server.drop();
    const producer = rig.startScript(`
      const first = await work.delay("a");
      await reach("idle");
      const state = await first.state();
      const second = await work.delay("b");
      await reach("waits");
      return [state, await first.result(), await second.result()];
    `);
    await rig.channel.reached("a");
    await rig.channel.reached("idle");
    await server.drop();
    rig.channel.pass("idle", "waits");
    await rig.channel.reached("waits");
    await server.drop();
    rig.channel.pass("a");
    await rig.channel.reached("b");
    await server.kill();
    rig.channel.pass("b");
    await server.start();
    expect(await producer.ended).toMatchObject({ code: 0, stderr: "", stdout: '["running","a done","b done"]' });
    expect(await jobs()).toMatchObject([{ attempts: 1 }, { attempts: 1 }]);
    worker.process.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining("Warning") });
  });

  test("a worker says once that Redis is away and once that it is back, and ends meanwhile as it is told", async () => {
    await rig.script('return (await stuck.delay("a")).id');
    const busy = await rig.worker("--concurrency", "1");
    // Of another queue: should Redis be away for longer than the lease, it would rightly take over the job.
    const idle = await rig.worker("--concurrency", "1", "--queue", "other");
    await rig.channel.reached("a");
    for (const told of [1, 2]) {
      await server.kill();
      await expect.poll(() => busy.stderr().match(/ECONNREFUSED/g)?.length, { timeout: 20_000 }).toBe(told);
      await expect.poll(() => idle.stderr().match(/ECONNREFUSED/g)?.length, { timeout: 20_000 }).toBe(told);
      if (told === 2) break;
      await server.start();
      await expect.poll(() => busy.stderr()).toContain("the queue is there again");
      await expect.poll(() => idle.stderr()).toContain("the queue is there again");
    }
    try {
      idle.process.kill("SIGTERM");
      expect(await idle.ended).toMatchObject({ code: 0 });
      busy.process.kill("SIGTERM");
      await expect.poll(() => busy.stderr()).toContain("ends when 1 job");
      busy.process.kill("SIGTERM");
      expect(await busy.ended).toMatchObject({ code: 130, stderr: expect.not.stringContaining("Warning") });
    } finally {
      await server.start();
    }
    await rig.worker();
    await rig.channel.reached("a", 2);
  });

  test("Redis is away for longer than leases hold: nobody takes over what others have, or takes a run for gone", async () => {
    const lease = 1_000;
    process.env["HEDDLE_QUEUE"] = redis({ url: server.url, lease, prefix: "away" });
    const workers = [await rig.worker("--concurrency", "4"), await rig.worker("--concurrency", "4")];
    const jobs = rig.startScript(`
      const jobs = await Promise.all(["a", "b", "c"].map(name => work.delay(name)));
      return Promise.all(jobs.map(job => job.result()));
    `);
    const run = rig.startScript(`
      const { run } = await import("heddle");
      return run({ runner: process.env.HEDDLE_QUEUE }, () => Promise.all([work("d"), work("e"), calls("f"), calls("g")]));
    `);
    const all = [..."abcdefg"];
    for (const name of all) await rig.channel.reached(name);
    for (const times of [1, 2, 3]) {
      await server.kill();
      // Leases, and what says that a run lives, run out by the clock.
      await new Promise(resolve => setTimeout(resolve, 2.5 * lease));
      if (times === 3) rig.channel.passAll();
      await server.start();
      for (const { stderr } of workers) {
        await expect.poll(() => stderr().match(/the queue is there again/g)?.length, { timeout: 20_000 }).toBe(times);
      }
      // So long that who looks for what is lost does so again.
      if (times === 1) await new Promise(resolve => setTimeout(resolve, 3 * lease));
    }
    expect(await jobs.ended).toMatchObject({ code: 0, stdout: '["a done","b done","c done"]' });
    expect(await run.ended).toMatchObject({ code: 0, stderr: "", stdout: '["d done","e done",3,3]' });
    expect(all.map(name => rig.channel.count(name))).toEqual(all.map(() => 1));
  }, 60_000);

  test("Redis was away for so long that nothing was heard of a run: its values stay", async () => {
    const blobs = mkdtempSync(join(tmpdir(), "heddle-blobs-"));
    const queue = await RedisQueue.open(redis({ url: server.url, prefix: "values", blobs }));
    onTestFinished(async () => {
      await queue.close();
      rmSync(blobs, { recursive: true, force: true });
    });
    const told: string[] = [];
    queue.connection.watcher = { troubled: () => told.push("away"), recovered: () => told.push("back") };
    await queue.connection.act("keepValue", ["run", "a value", "always"]);
    await server.kill();
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(["away"]);
    await server.start();
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(["away", "back"]);
    await queue.parcels.abandon(-1);
    expect(await queue.connection.act("endValues", ["run"])).toEqual(["a value"]);
  });

  test("Redis does not answer for longer than leases hold, and breaks no connection: nobody takes over what others have", async () => {
    const lease = 1_000;
    process.env["HEDDLE_QUEUE"] = redis({ url: server.url, lease, prefix: "frozen" });
    await Promise.all([rig.worker("--concurrency", "4"), rig.worker("--concurrency", "4")]);
    const jobs = rig.startScript(`
      const jobs = await Promise.all(["a", "b", "c"].map(name => work.delay(name)));
      return Promise.all(jobs.map(job => job.result()));
    `);
    const all = [..."abc"];
    for (const name of all) await rig.channel.reached(name);
    const client = new Redis(server.url);
    for (let times = 1; times <= 3; times++) {
      // What a look has marked, and nobody has renewed yet, the next look takes for lost.
      const marked = async () => (await client.keys("{frozen}:*:stalled")).length;
      await expect.poll(marked, { interval: 1, timeout: 20_000 }).toBe(1);
      server.freeze();
      await new Promise(resolve => setTimeout(resolve, 2.5 * lease));
      server.goOn();
      await client.ping();
    }
    client.disconnect();
    rig.channel.passAll();
    expect(await jobs.ended).toMatchObject({ code: 0, stdout: '["a done","b done","c done"]' });
    expect(all.map(name => rig.channel.count(name))).toEqual(all.map(() => 1));
  }, 60_000);

  test("Redis and workers are killed while they work on 1,000 jobs", async () => {
    const waiting = rig.startScript(`
      const jobs = [];
      for (let n = 0; n < ${JOBS}; n++) jobs.push(await counted.delay(n));
      process.stderr.write("delayed");
      return Promise.all(jobs.map(job => job.result()));
    `);
    const workers = [await rig.worker("--concurrency", "20"), await rig.worker("--concurrency", "20")];
    for (let step = 1; step <= 6; step++) {
      const enough = Math.floor((JOBS * step) / 8);
      await expect.poll(() => rig.channel.heard.length, { interval: 5 }).toBeGreaterThanOrEqual(enough);
      if (step % 2 === 1) {
        await server.kill();
        await server.start();
      } else {
        workers.shift()!.process.kill("SIGKILL");
        workers.push(rig.place.start(["worker", "tasks.mjs", "--concurrency", "20"]));
      }
    }
    const { code, stdout, stderr } = await waiting.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "delayed" });
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: JOBS }, (_, n) => n));
    const all = await jobs();
    expect(all).toHaveLength(JOBS);
    expect(all.filter(({ state }) => state !== "completed")).toEqual([]);
    for (let n = 0; n < JOBS; n++) expect(rig.channel.count(`begun ${n}`)).toBeGreaterThanOrEqual(1);
    // Some are begun again, of those that were under way.
    expect(rig.channel.heard.length - JOBS).toBeLessThan(6 * 2 * 20);
  }, 180_000);

  test("Redis is killed, and restarted with what it had, while workers execute 1,000 calls of a run", async () => {
    // So that only who is dead loses its lease, also on a busy machine.
    process.env["HEDDLE_QUEUE"] = redis({ url: server.url, lease: 5_000, prefix: "restarted" });
    const kills = 4;
    const [doomed] = [await rig.worker("--concurrency", "20"), await rig.worker("--concurrency", "20")];
    const waiting = rig.startScript(`
      const { run } = await import("heddle");
      const ns = Array.from({ length: ${JOBS} }, (_, n) => n);
      return run({ runner: process.env.HEDDLE_QUEUE }, () => placed.map(ns));
    `);
    for (let step = 1; step <= kills; step++) {
      const enough = Math.floor((JOBS * step) / (kills + 2));
      await expect.poll(() => rig.channel.heard.length, { interval: 5 }).toBeGreaterThanOrEqual(enough);
      await server.kill();
      if (step === kills) doomed.process.kill("SIGKILL");
      await server.start();
    }
    const { code, stdout, stderr } = await waiting.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: JOBS }, (_, n) => n));
    const begun = Array.from({ length: JOBS }, (): string[] => []);
    for (const said of rig.channel.heard) {
      const [, n, pid] = said.match(/^begun (\d+) by (\d+)$/)!;
      begun[Number(n)]!.push(pid!);
    }
    expect(begun.filter(pids => pids.length === 0)).toEqual([]);
    // Only what the worker that died had is run again, once.
    const again = begun.filter(pids => pids.length > 1);
    const rightly = again.filter(([first, ...more]) => first === String(doomed.process.pid) && more.length === 1);
    expect(again).toEqual(rightly);
    expect(await jobs()).toEqual([]);
  }, 180_000);

  test("heddle doctor says whether the Redis keeps what it acknowledged", async () => {
    const found = async (name = "queue") => {
      const { stdout } = await rig.place.heddle("doctor", "--json");
      const { findings } = JSON.parse(stdout) as { findings: { name: string }[] };
      return findings.find(each => each.name === name);
    };
    const detail = expect.stringMatching(`^${server.url}[?]prefix=deaths-\\d+$`) as unknown;
    expect(await found()).toMatchObject({ state: "ok", detail });
    process.env["HEDDLE_QUEUE"] = redis({ url: server.url, blobs: "/not/mounted" });
    const why = "The large values in /not/mounted cannot be used: there is no such folder on this machine";
    expect(await found("large values")).toMatchObject({ state: "wrong", detail: why });
    process.env["HEDDLE_QUEUE"] = "redis://127.0.0.1:1";
    expect(await found()).toMatchObject({ state: "wrong", detail: expect.stringContaining("ECONNREFUSED") });
    const careless = (await startRedis(["--appendonly", "no", "--maxmemory-policy", "allkeys-lru"])) as RedisServer;
    process.env["HEDDLE_QUEUE"] = careless.url;
    const remedy = "Set it up with: maxmemory-policy noeviction, appendonly yes.";
    expect(await found()).toMatchObject({ state: "note", detail: `${careless.url} may lose jobs`, remedy });
    await careless.stop();
  });

  test("a Redis that is not there, or no URL of one, is told of", async () => {
    process.env["HEDDLE_QUEUE"] = "redis://127.0.0.1:1/0";
    const told = await rig.script("return add.delay(1).catch(error => error.message)");
    expect(told).toMatch(
      /^The queue in redis:\/\/127\.0\.0\.1:1\/0 cannot be used: connect ECONNREFUSED .*\n {2}Start a/,
    );
    expect(await rig.place.heddle("jobs", "-o", "redis://127.0.0.1:1")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("ECONNREFUSED"),
    });
    process.env["HEDDLE_QUEUE"] = `${server.url}/99`;
    expect(await rig.script("return add.delay(1).catch(error => [error.name, error.message])")).toEqual([
      "StoreError",
      expect.stringContaining("DB index is out of range"),
    ]);
    expect(() => redis({ url: `${server.url}/abc` })).toThrow('"abc" is no number of a database');
    expect(() => redis({ url: `${server.url}?leese=10s` })).toThrow(
      /unknown option "leese"[\s\S]*Did you mean lease\?/,
    );
    expect(redis({ url: `${server.url}?lease=30s` })).toBe(`${server.url}?lease=30s`);
    expect(() => redis({ url: `${server.url}?lease=soon` })).toThrow('"soon" is not a duration');
    expect(() => redis({ url: "localhost" })).toThrow('redis({ url }): "localhost" is no URL of a Redis');
    expect(() => redis({ url: server.url, lease: 10 })).toThrow("10 ms is too short");
    expect(() => redis({ url: server.url, prefix: "a b" })).toThrow('"a b" cannot be the beginning of keys');
  });
}
