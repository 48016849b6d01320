/** A run's large inputs, on their way to their place beside Redis. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Ahead } from "../../src/background/redis/ahead.ts";
import { redis } from "../../src/background/redis/place.ts";
import { RedisQueue } from "../../src/background/redis/queue.ts";
import { FACTS } from "../../src/background/redis/record.ts";
import { RedisSession } from "../../src/background/redis/session.ts";
import type { Dispatch, Host } from "../../src/task/runner.ts";
import { Line } from "../../src/workers/line.ts";
import { sharedRedis } from "../engines/redis.ts";
import { seat } from "../engines/shared.ts";

const server = await sharedRedis();

if (typeof server === "string") test.skip(`uploads beside a Redis: ${server}`);
else suite(server.url);

function suite(url: string): void {
  const id = `uploads-${seat}-${Date.now().toString(36)}`;
  let count = 0;
  const task = { identity: "t.mjs#t", name: "t", module: null, where: "t.mjs:1", inside: null, fn: () => {} };

  function call(id: number, input: string): Dispatch {
    const pack = (wire: unknown[]) => void wire.push(2, JSON.stringify([input]));
    return { id, attempt: 1, task, timeout: 0, dir: null, isRead: false, plain: null, inputs: () => [input], pack };
  }

  /** A session whose uploads go on when they are let. */
  async function opened() {
    const blobs = mkdtempSync(join(tmpdir(), "heddle-uploads-"));
    const queue = await RedisQueue.open(redis({ url, lease: "5s", prefix: `${id}-${count++}`, blobs }));
    const { blobs: there } = queue.parcels;
    const put = there.put.bind(there);
    let go = () => {};
    const held = new Promise<void>(resolve => {
      go = resolve;
    });
    const putting = vi.spyOn(there, "put").mockImplementation(async (...about) => {
      await held;
      return put(...about);
    });
    const acts = vi.spyOn(queue.connection, "act");
    const host = { runId: "run", root: "/", dirs: "/", lost: vi.fn(), released: vi.fn(), done: vi.fn() };
    const workers: string[] = [];
    const unused = { slots: () => {}, started: () => {}, worker: (name: string) => workers.push(name) };
    const open = await RedisSession.prepare(queue, `run-${count}`, 4);
    const session = open({ ...host, ...unused } as unknown as Host);
    onTestFinished(async () => {
      putting.mockRestore();
      await session.close();
      await queue.close();
      rmSync(blobs, { recursive: true, force: true });
    });
    const asked = (act: string) => acts.mock.calls.filter(([name]) => name === act).length;
    return { queue, session, host, go, putting, asked, workers };
  }

  const large = "x".repeat(300_000);

  test("calls wait for it, however long it takes", async () => {
    const { queue, session, host, go, putting, asked } = await opened();
    session.dispatch([call(1, large)]);
    // It has looked at what is silent.
    await expect.poll(() => asked("liveValues"), { timeout: 10_000 }).toBeGreaterThan(3);
    expect(putting).toHaveBeenCalledOnce();
    expect(await queue.list({})).toEqual([]);
    go();
    await expect.poll(() => queue.list({})).toHaveLength(1);
    expect(host.lost).not.toHaveBeenCalled();
    expect(putting).toHaveBeenCalledOnce();
  });

  test("that it cannot be removed afterwards is no failure of the run", async () => {
    const { queue, session, go, putting } = await opened();
    session.dispatch([call(1, large)]);
    go();
    await expect.poll(() => putting.mock.calls.length).toBe(1);
    await putting.mock.results[0]!.value;
    const removing = vi.spyOn(queue.parcels.blobs, "remove").mockRejectedValue(new Error("it is not there any more"));
    onTestFinished(() => removing.mockRestore());
    await session.close();
    expect(removing).toHaveBeenCalled();
    // Workers find it there.
    const { connection } = queue;
    expect(await connection.use(client => client.zcard(`${connection.keys}trash`))).toBe(1);
  });

  test("what calls have to say to their run ends when another worker has them, and with the run", async () => {
    const { queue, session, go, workers } = await opened();
    const closed = vi.spyOn(Line.prototype, "close");
    onTestFinished(() => closed.mockRestore());
    go();
    session.dispatch([call(1, "small")]);
    await expect.poll(() => queue.list({})).toHaveLength(1);
    const [job] = await queue.list({});
    const { connection } = queue;
    const begin = (worker: string) => connection.act("beginCalls", [job!.id, 0, worker, worker, ...FACTS]);
    const told = (worker: string) => connection.act("tellEnds", [job!.id, 0, job!.options["run"] as string, worker, 0]);
    for (const [worker, times] of [
      ["first", 0],
      ["second", 1],
    ] as const) {
      await begin(worker);
      await told(worker);
      await expect.poll(() => workers).toContain(`redis/${worker}`);
      expect(closed).toHaveBeenCalledTimes(times);
    }
    await session.close();
    expect(closed).toHaveBeenCalledTimes(2);
  });

  describe("what is cancelled meanwhile is not run", () => {
    test("where it travels alone", async () => {
      const { queue, session, host, go, putting, asked } = await opened();
      session.dispatch([call(1, large)]);
      await expect.poll(() => putting.mock.calls.length).toBe(1);
      session.cancel([1], "not wanted");
      expect(host.released).toHaveBeenCalledWith([1]);
      session.dispatch([call(2, "small")]);
      go();
      await putting.mock.results[0]!.value;
      await expect.poll(() => queue.list({})).toHaveLength(1);
      expect(asked("enterJob")).toBe(1);
    });

    test("where it travels with others", async () => {
      const { queue, session, go, putting } = await opened();
      // As what is known to be short does.
      vi.spyOn(Ahead.prototype, "together").mockReturnValueOnce(2);
      session.dispatch([call(1, "small"), call(2, large)]);
      await expect.poll(() => putting.mock.calls.length).toBe(1);
      session.cancel([1], "not wanted");
      go();
      await expect.poll(() => queue.list({})).toHaveLength(1);
      const [job] = await queue.list({});
      expect(await queue.job(job!.id)).toMatchObject({ options: { count: 2 }, stops: { 0: "not wanted" } });
    });
  });
}
