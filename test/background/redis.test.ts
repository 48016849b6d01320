/** The queue in Redis does what every queue has to do, and some things that only such a one has to. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { Heads } from "../../src/background/redis/heads.ts";
import { Line } from "../../src/background/redis/line.ts";
import { packed } from "../../src/background/redis/packing.ts";
import { redis } from "../../src/background/redis/place.ts";
import { RedisQueue } from "../../src/background/redis/queue.ts";
import { FACTS, lineOf, rankOf } from "../../src/background/redis/record.ts";
import type { Served } from "../../src/background/redis/served.ts";
import { RedisSession } from "../../src/background/redis/session.ts";
import { calledBy, callOf } from "../../src/background/remote.ts";
import type { Host } from "../../src/task/runner.ts";
import { type RedisServer, startRedis } from "../engines/redis.ts";
import { conforms, Hand, job, TASK } from "./conformance.ts";

const started = await startRedis();

if (typeof started === "string") test.skip(`a queue in Redis: ${started}`);
else suite(started);

function suite(server: RedisServer): void {
  let count = 0;
  const open = () => RedisQueue.open(redis({ url: server.url, lease: "5s", prefix: `q${count++}` }));
  let queue: RedisQueue;
  beforeEach(async () => {
    queue = await open();
  });
  afterEach(() => queue.close());
  afterAll(() => server.stop());
  conforms(open);

  test("what cannot be a place is told without its password", () => {
    const url = "redis://me:secret@host:99999999";
    expect(() => redis({ url })).toThrow('"redis://me:…@host:99999999" is no URL of a Redis');
  });

  test("options that there are not, and no URL, are told", () => {
    const { url } = server;
    expect(() => redis({ url, blob: "/x" } as never)).toThrow(/redis\(…\): unknown option "blob"[\s\S]*blobs/);
    expect(() => redis({ url: undefined } as never)).toThrow("redis({ url }): undefined is no URL of a Redis");
    expect(() => redis("redis://here" as never)).toThrow("redis(…): a text holds no options");
    expect(redis({ url: "redis://50%er:word@here" })).toBe("redis://50%er:word@here");
    expect(() => redis(undefined as never)).toThrow("redis({ url }): undefined is no URL of a Redis");
    expect(() => redis({ url, blobsAbove: "1 apple" } as never)).toThrow("1 apple is no number of bytes");
  });

  test("what scripts are given comes to them as it was, texts and bytes of any length", async () => {
    const texts = [0, 1, 31, 32, 65_535, 65_536].map(length => "x".repeat(length));
    const bytes = Buffer.from(Array.from({ length: 300 }, (_, i) => i % 256));
    const acts = [[1.5, -1, "naïve 🧵", bytes], texts, [], ...Array.from({ length: 20 }, (_, i) => [i])];
    const lua = "return cmsgpack.unpack(ARGV[1])";
    const found = await queue.connection.use(client => client.callBuffer("EVAL", lua, 0, packed(acts)));
    expect(found).toEqual(acts.map(args => args.map(each => Buffer.from(typeof each === "object" ? each : `${each}`))));
  });

  async function enter(id: string): Promise<unknown> {
    const { inputs, idempotencyKey: _, ...given } = await job();
    const bytes = Buffer.from(inputs);
    return queue.connection.act("enterJob", [
      id,
      JSON.stringify(given),
      bytes,
      "",
      given.name,
      0,
      "[]",
      lineOf({ queue: "default", task: TASK }),
    ]);
  }

  async function begin(id: string, token: number): Promise<string> {
    const about = [id, 0, token, "hand", 3, "delivery", ...FACTS];
    const [verdict] = (await queue.connection.act("beginJob", about)) as [string];
    return verdict;
  }

  test("what a process entered that died before it told BullMQ is run", async () => {
    await enter("left");
    const hand = await Hand.serve(queue);
    expect(await hand.beginnings(1)).toEqual(["left"]);
    hand.complete("left", null);
    await queue.ended("left", null);
  });

  test("commands that are sent twice, as after a broken connection, count once", async () => {
    const first = (await enter("twice")) as [string, string[]];
    expect(first[1].slice(0, 2)).toEqual(["twice", "0"]);
    expect(await enter("twice")).toEqual(["twice"]);
    expect(await begin("twice", 1)).toBe("go");
    expect(await begin("twice", 1)).toBe("go");
    expect(await queue.facts("twice")).toMatchObject({ state: "running", attempts: 1, losses: 0 });
    const end = () => queue.connection.act("endJob", ["twice", 0, "failed", "", "no", ""]);
    expect(await end()).toEqual([1, []]);
    expect(await end()).toEqual([0, []]);
    expect(await begin("twice", 1)).toBe("drop");
  });

  test("attempts that were lost are counted, and the fourth loss ends the job", async () => {
    await enter("lost");
    for (let token = 1; token <= 4; token++) expect(await begin("lost", token)).toBe("go");
    expect(await queue.facts("lost")).toMatchObject({ attempts: 4, losses: 3 });
    expect(await begin("lost", 5)).toBe("crashed");
    await queue.cancel("lost", "");
    expect(await begin("lost", 6)).toBe("cancelled");
  });

  /** Jobs of a task of which Redis knows that they are short, so that they come to a worker together. */
  async function shortJobs(count: number): Promise<string[]> {
    const { connection } = queue;
    await connection.use(client => client.hset(`${connection.keys}paces`, lineOf({ queue: "default", task: TASK }), 1));
    const jobs = await Promise.all(Array.from({ length: count }, () => job()));
    return Promise.all(jobs.map(each => queue.add(each)));
  }

  test("short jobs come to a worker together, in their order; one of them can be cancelled", async () => {
    const ids = await shortJobs(5);
    const name = `${queue.connection.prefix}:${lineOf({ queue: "default", task: TASK })}:prioritized`;
    expect(await queue.connection.use(client => client.zcard(name))).toBe(1);
    expect(await queue.waiting()).toMatchObject([{ task: TASK, count: 5 }]);
    const hand = await Hand.serve(queue);
    expect(await hand.beginnings(1)).toEqual([ids[0]]);
    expect(await queue.cancel(ids[1]!, "no")).toBe(true);
    hand.complete(ids[0]!, 0);
    expect(await hand.beginnings(2)).toEqual([ids[0], ids[2]]);
    hand.complete(ids[2]!, 2);
    expect(await hand.beginnings(3)).toEqual([ids[0], ids[2], ids[3]]);
    hand.complete(ids[3]!, 3);
    expect(await hand.beginnings(4)).toEqual([ids[0], ids[2], ids[3], ids[4]]);
    await hand.finish();
    expect(await queue.connection.use(client => client.zcard(name))).toBe(0);
  });

  test("what waits for a worker that is busy with another job is run by others", async () => {
    const ids = await shortJobs(3);
    const one = await Hand.serve(queue);
    expect(await one.beginnings(1)).toEqual([ids[0]]);
    const other = await Hand.serve(queue, { concurrency: 2 });
    expect((await other.beginnings(2)).sort()).toEqual(ids.slice(1).sort());
    for (const id of ids.slice(1)) other.complete(id, 1);
    one.complete(ids[0]!, 0);
    for (const id of ids) await queue.ended(id, null);
    for (const id of ids) expect(await queue.facts(id)).toMatchObject({ attempts: 1 });
  });

  test("a worker that ends gives back what it has, whether it has begun or not", async () => {
    const ids = await shortJobs(3);
    const one = await Hand.serve(queue);
    await one.beginnings(1);
    await one.serving.abandon();
    one.complete(ids[0]!, "too late");
    const other = await Hand.serve(queue, { concurrency: 3 });
    expect((await other.beginnings(3)).sort()).toEqual([...ids].sort());
    for (const id of ids) other.complete(id, 1);
    for (const id of ids) await queue.ended(id, null);
    for (const id of ids) expect(await queue.facts(id)).toMatchObject({ losses: 0 });
  });

  test("a job that is handed over twice is begun once", async () => {
    await enter("both");
    expect(await begin("both", 1)).toBe("go");
    const again = ["both", 0, 2, "hand", 3, "another delivery", ...FACTS];
    expect(await queue.connection.act("beginJob", again)).toEqual(["drop"]);
    expect(await queue.facts("both")).toMatchObject({ state: "running", attempts: 1, losses: 0 });
    await queue.cancel("both", "");
    await queue.connection.act("endJob", ["both", 0, "failed", "", "no", ""]);
  });

  test("ranks keep the order of priorities", () => {
    const priorities = [-1e300, -100, -1.5, -1, -1e-9, 0, 1e-9, 0.5, 1, 1.5, 2, 9, 10, 511, 512, 1e6, 1e300, Infinity];
    const ranks = priorities.map(rankOf);
    expect(ranks).toEqual([...ranks].sort((one, other) => other - one));
    expect(new Set(ranks).size).toBe(ranks.length);
    expect(rankOf(-0)).toBe(rankOf(0));
    for (const rank of ranks) expect(rank).toBeGreaterThanOrEqual(1);
    for (const rank of ranks) expect(rank).toBeLessThan(2 ** 21);
  });

  test("no name of a task makes it look like calls of another", () => {
    expect(calledBy(callOf("app/tasks.ts#score"))).toBe("app/tasks.ts#score");
    expect(calledBy("app/tasks.ts#score (call)")).toBe(null);
    expect(calledBy("app/tasks.ts#calls of /score")).toBe(null);
  });

  /** A queue by way of a proxy, which sees to each connection. */
  async function openBy(see: (socket: Socket, passOn: () => void) => void): Promise<RedisQueue> {
    const { port } = new URL(server.url);
    const proxy = createServer(socket => {
      socket.on("error", () => {});
      see(socket, () => {
        socket.pipe(connect(Number(port), "127.0.0.1").on("error", () => socket.destroy())).pipe(socket);
      });
    });
    await new Promise<void>(resolve => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    const url = `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const through = await RedisQueue.open(redis({ url, prefix: `q${count++}` }));
    onTestFinished(() => through.close());
    return through;
  }

  test("a connection that is dropped while it is made is made again, as the server has been there", async () => {
    let connections = 0;
    // The second is that on which ends are heard.
    const through = await openBy((socket, passOn) => (++connections === 2 ? socket.destroy() : passOn()));
    const id = await through.add(await job());
    const ended = through.ended(id, null);
    await expect.poll(() => connections).toBeGreaterThanOrEqual(3);
    await through.cancel(id, "enough");
    await ended;
    expect(await through.facts(id)).toMatchObject({ state: "cancelled" });
  });

  test("a Redis that closes its connections without a word is away, until it does so no more", async () => {
    const sockets = new Set<Socket>();
    let isOpen = true;
    const through = await openBy((socket, passOn) => {
      sockets.add(socket);
      if (isOpen) passOn();
      else socket.once("data", () => socket.destroy());
    });
    const told: string[] = [];
    const troubled = ({ message }: Error) => told.push(message);
    through.connection.watcher = { troubled, recovered: () => told.push("there") };
    isOpen = false;
    for (const socket of sockets) socket.end();
    await expect.poll(() => told.length).toBe(1);
    isOpen = true;
    await expect.poll(() => told.length).toBe(2);
    expect(told).toEqual([expect.stringContaining("cannot be used"), "there"]);
  });

  test("a line in which nothing was for minutes has no connections, and is served when something comes", async () => {
    const closed = vi.spyOn(Line.prototype, "close");
    onTestFinished(() => void vi.restoreAllMocks());
    const heads = new Heads(queue, { has: () => true, get: () => false } as unknown as Served, () => {});
    onTestFinished(() => heads.close());
    await enter("one");
    const found = async () => {
      await heads.see();
      heads.hurry();
      return (await heads.next()).length;
    };
    await queue.hand((await queue.connection.act("leftInOutbox", [-1, 9])) as string[]);
    expect(await found()).toBe(1);
    await heads.renew();
    expect(closed).not.toHaveBeenCalled();
    const now = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(now + 6 * 60_000);
    await heads.renew();
    expect(closed).toHaveBeenCalledOnce();
    expect(await found()).toBe(1);
    await heads.renew();
    expect(closed).toHaveBeenCalledOnce();
  });

  test("a run ends while Redis is away", async () => {
    const place = redis({ url: server.url, prefix: `q${count++}`, blobs: import.meta.dirname });
    const away = await RedisQueue.open(place);
    onTestFinished(() => away.close());
    const open = await RedisSession.prepare(away, "run", 1);
    const session = open({ slots: () => {} } as unknown as Host);
    await server.kill();
    onTestFinished(() => server.start());
    await session.close();
  });

  test("the password is not shown", async () => {
    const place = redis({ url: `redis://me:secret@127.0.0.1:1` });
    await expect(RedisQueue.open(place)).rejects.toThrow(/redis:\/\/me:…@127\.0\.0\.1:1 cannot be used/);
  });
}
