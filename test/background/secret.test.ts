/** Jobs that are signed: by producers, workers and commands in processes of their own; on disk, and in a Redis. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { redis } from "../../src/background/redis/place.ts";
import { SECRET_VARIABLE } from "../../src/background/secret.ts";
import { OptionError } from "../../src/errors.ts";
import { startRedis } from "../engines/redis.ts";
import { rig } from "./rig.ts";

const UNTIL_IDLE = ["worker", "tasks.mjs", "--until-idle"];
const server = await startRedis();
if (typeof server !== "string") afterAll(() => server.stop());

beforeEach(() => {
  process.env[SECRET_VARIABLE] = "a good secret";
});
afterEach(() => {
  delete process.env[SECRET_VARIABLE];
  delete process.env["HEDDLE_QUEUE"];
});

const told = (body: string) =>
  rig.script(`
    const tell = promise => promise.then(value => value, ({ name, message }) => name + ": " + message.split("\\n")[0]);
    ${body}
  `);

const places = ["on disk", ...(typeof server === "string" ? [] : ["in a Redis"])];
describe.each(places)("%s", place => {
  let count = 0;
  beforeEach(() => {
    if (place === "on disk" || typeof server === "string") return;
    process.env["HEDDLE_QUEUE"] = redis({ url: server.url, lease: 2_000, prefix: `secret-${count++}` });
  });

  test("jobs, what they need, failures, cancelling, schedules and options are as without", async () => {
    const ids = (await rig.script(`
      const one = await add.delay(41);
      const two = await add.with({ retries: 2, delay: { priority: 3, idempotencyKey: "k" } }).delay(one, 2);
      const bad = await fails.delay();
      const never = await add.with({ delay: { in: "1h" } }).delay(1);
      await never.cancel("not wanted");
      return [one, two, bad, await add.delay(bad), never, await wide.delay([1, 2])].map(job => job.id);
    `)) as string[];
    await rig.place.heddle("schedule", "add", "s", "tasks.mjs:add", "--cron", "* * * * * *", "--args", "[1, 2]");
    expect(await rig.place.heddle(...UNTIL_IDLE)).toMatchObject({ code: 0 });
    expect(await told(`return Promise.all(${JSON.stringify(ids)}.map(id => tell(attach(id).result())))`)).toEqual([
      42,
      44,
      "RangeError: as it must",
      expect.stringMatching(/^UpstreamError: .* as it must/),
      expect.stringMatching(/^CancelledError: .*: not wanted/),
      [1, 4],
    ]);
    const shown = await rig.place.heddle("jobs", "show", ids[1]!);
    expect(shown.stdout).toMatch(/inputs +'result of job .*', 2\nresult +44\n/);
    const jobs = JSON.parse((await rig.place.heddle("jobs", "--json")).stdout) as { id: string; state: string }[];
    const scheduled = jobs.filter(({ id }) => !ids.includes(id));
    expect(scheduled.every(({ state }) => state === "completed")).toBe(true);
  });

  test("with another secret, or none, jobs are not run and results not believed", async () => {
    const id = await rig.script("return (await counted.delay(1)).id");
    process.env[SECRET_VARIABLE] = "another secret";
    const { stderr } = await rig.place.heddle(...UNTIL_IDLE);
    expect(stderr).toMatch(
      /counted .* failed: UntrustedError: counted \(job .*\) was signed by who added it with another secret/,
    );
    process.env[SECRET_VARIABLE] = "a good secret";
    expect(await told(`return tell(attach("${id}").result())`)).toMatch(
      /^UntrustedError: the result of job .* was signed by its worker with another secret than that of this process/,
    );
    expect(await rig.place.heddle("jobs", "retry", String(id))).toMatchObject({ code: 0 });
    delete process.env[SECRET_VARIABLE];
    expect((await rig.place.heddle(...UNTIL_IDLE)).stderr).toContain(
      "is signed by who added it, and this process has no secret",
    );
    expect(rig.channel.heard).toEqual([]);
    const shown = await rig.place.heddle("jobs", "show", String(id));
    expect(shown.stdout).toMatch(
      /inputs +not readable here: .* is signed by who added it, and this process has no secret/,
    );
  });
});

describe.skipIf(typeof server === "string")("whoever can write to a Redis", () => {
  let client: Redis;
  let count = 0;
  let keys = "";
  beforeEach(() => {
    if (typeof server === "string") return;
    const prefix = `forged-${count++}`;
    process.env["HEDDLE_QUEUE"] = redis({ url: server.url, lease: 2_000, prefix });
    client = new Redis(server.url);
    keys = prefix;
  });
  afterEach(() => client.quit());

  const keyOf = (id: unknown) => `{${keys}}:job:${String(id)}`;

  test("cannot give a job the inputs of another, nor make up results", async () => {
    const [one, two] = (await rig.script(
      "return [(await counted.delay(1)).id, (await counted.delay(2)).id]",
    )) as string[];
    await client.hset(keyOf(two), "inputs", (await client.hgetBuffer(keyOf(one), "inputs"))!);
    await rig.worker("--concurrency", "1");
    expect(await told(`return tell(attach("${one}").result())`)).toBe(1);
    expect(await told(`return tell(attach("${two}").result())`)).toMatch(
      /^UntrustedError: counted \(job .*\) was signed/,
    );
    expect(rig.channel.heard).toEqual(["begun 1"]);
    await client.hset(keyOf(two), "outcome", (await client.hgetBuffer(keyOf(one), "outcome"))!);
    expect(await told(`return tell(attach("${two}").result())`)).toMatch(/^UntrustedError: the result of job/);
  });

  test("does not end a worker by what no worker writes", async () => {
    const first = await rig.script("return (await add.delay(1)).id");
    const id = await rig.script("return (await add.delay(2)).id");
    expect(await client.exists(keyOf(id))).toBe(1);
    await client.hset(keyOf(id), "given", '{"task": 5, "options": []');
    const worker = await rig.worker("--concurrency", "1");
    for (const news of [
      "no JSON",
      "5",
      "null",
      '{"ended": 5}',
      '{"stopped": [{}], "queued": true}',
      `{"stopped": ["${id}"]}`,
    ]) {
      await client.publish(`{${keys}}:news`, news);
    }
    expect(await told(`return tell(attach("${first}").result())`)).toBe(2);
    expect(await told("return tell((await add.delay(40)).result())")).toBe(41);
    worker.process.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 0 });
  });

  test("calls of runs are signed, and so are their results", async () => {
    await rig.worker("--concurrency", "2");
    const onWorkers =
      'const { run } = await import("heddle"); const there = body => run({ runner: process.env.HEDDLE_QUEUE }, body);';
    expect(await told(`${onWorkers} return there(() => add.map([1, 2, 3]))`)).toEqual([2, 3, 4]);
  });

  test.each([
    [
      "one",
      "another",
      "with another secret than that of this process",
      "with another secret than that of this process",
    ],
    [
      "one",
      undefined,
      "is signed by its run, and this process has no secret",
      "is not signed: its worker has no secret",
    ],
    [
      undefined,
      "one",
      "is not signed: its run has no secret",
      "is signed by its worker, and this process has no secret",
    ],
  ])("a run with %s secret on a worker with %s: each is told who signed with what", async (mine, its, there, here) => {
    const give = (secret: string | undefined) => {
      delete process.env[SECRET_VARIABLE];
      if (secret !== undefined) process.env[SECRET_VARIABLE] = secret;
    };
    give(its);
    const worker = await rig.worker();
    give(mine);
    const [state, stack] = (await rig.script(`
      const { run } = await import("heddle");
      return run({ runner: process.env.HEDDLE_QUEUE }, async () => {
        const call = counted.with({ retries: 0 }).submit(1);
        const { error } = await call.settled();
        return [call.state, error.stack];
      });
    `)) as [string, string];
    expect(state).toBe("failed");
    expect(stack).toContain(`UntrustedError: the result of counted-2 `);
    expect(stack).toContain(here);
    expect(stack).toMatch(/Give both the same HEDDLE_SECRET/);
    expect(stack).not.toMatch(/ioredis|node:events/);
    await expect.poll(worker.stderr).toMatch(/counted \S+ \d+ ms failed: UntrustedError: counted \(job .*\) /);
    expect(worker.stderr()).toContain(there);
    expect(rig.channel.heard).toEqual([]);
  });
});

test.each([
  [42, "of the type number"],
  [null, "null"],
  ["", "empty"],
])("redis({ secret: %j }) is refused", (secret, problem) => {
  const give = () => redis({ url: "redis://127.0.0.1:1", secret: secret as string });
  expect(give).toThrow(OptionError);
  expect(give).toThrow(`redis({ secret }): the secret is ${problem}\n`);
});

test("a worker, and who waits, listen to nothing but sockets of the file system", async () => {
  const producer = rig.startScript('return (await work.delay("a")).result()');
  const worker = await rig.worker();
  await rig.channel.reached("a");
  for (const { pid } of [producer.process, worker.process]) expect(listening(pid!)).toEqual([]);
  rig.channel.passAll();
  expect(await producer.ended).toMatchObject({ code: 0 });
});

/** The TCP and UDP sockets on which a process waits for others. */
function listening(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const own = new Set(
    readdirSync(folder).map(fd => {
      try {
        return readlinkSync(`${folder}/${fd}`);
      } catch {
        return "";
      }
    }),
  );
  return ["tcp", "tcp6", "udp", "udp6"].flatMap(name =>
    readFileSync(`/proc/${pid}/net/${name}`, "utf8")
      .split("\n")
      .slice(1)
      .map(line => line.trim().split(/\s+/))
      .filter(parts => own.has(`socket:[${parts[9]}]`) && (name.startsWith("udp") || parts[3] === "0A"))
      .map(parts => `${name} ${parts[1]}`),
  );
}
