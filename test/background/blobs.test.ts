/** Large values beside a Redis. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { JobCapture } from "../../src/background/inputs.ts";
import { endOf, outcomeIn } from "../../src/background/outcome.ts";
import type { JobFacts } from "../../src/background/queue.ts";
import { refBytes } from "../../src/background/redis/blob-ref.ts";
import { FarValues } from "../../src/background/redis/far-values.ts";
import { Parcels } from "../../src/background/redis/parcels.ts";
import { redis } from "../../src/background/redis/place.ts";
import { RedisQueue } from "../../src/background/redis/queue.ts";
import { SECRET_VARIABLE } from "../../src/background/secret.ts";
import { signedEnd, signedJob } from "../../src/background/signature.ts";
import { startWorker } from "../../src/background/worker.ts";
import { unpackError } from "../../src/codec/failure.ts";
import { pack } from "../../src/codec/pack.ts";
import { fromWire, toWire } from "../../src/codec/wire.ts";
import { BlobError, UntrustedError } from "../../src/errors.ts";
import { file, task } from "../../src/index.ts";
import { definitionFor } from "../../src/run/begin.ts";
import type { ValueKey } from "../../src/store/remote/names.ts";
import { serveStore } from "../../src/store/remote/server.ts";
import { COMPLETED, ENDED, endAt } from "../../src/workers/protocol.ts";
import { sharedRedis } from "../engines/redis.ts";
import { seat } from "../engines/shared.ts";
import { conforms, Hand, job } from "./conformance.ts";

const server = await sharedRedis();
const echo = definitionFor(task("echo", (text: string) => [text, "again"]));

if (typeof server === "string") test.skip(`large values beside a Redis: ${server}`);
else suite(server.url);

function suite(url: string): void {
  const id = `blobs-${seat}-${Date.now().toString(36)}`;
  let count = 0;
  const newPlace = (more: object = {}) => redis({ url, lease: "5s", prefix: `${id}-${count++}`, ...more });

  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), "heddle-blobs-"));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  describe("whatever lies in a folder, and nothing in Redis", () => {
    conforms(async () => {
      const queue = await RedisQueue.open(newPlace({ blobs: folder() }));
      // Less than may be asked for.
      const parcels = new Parcels(queue.connection, { ...queue.where, blobsAbove: 0 });
      return Object.assign(queue, { parcels });
    });
  });

  test("what is hardly larger than a name is no large value", () => {
    expect(() => newPlace({ blobsAbove: 4_095 })).toThrow(
      "redis({ blobsAbove }): 4095 is no number of bytes from 4096 on",
    );
    expect(newPlace({ blobsAbove: 4_096 })).toContain("blobsAbove=4096");
  });

  async function opened(more: object = {}): Promise<RedisQueue & { readonly url: string }> {
    const url = newPlace({ blobsAbove: 4_096, ...more });
    const queue = await RedisQueue.open(url);
    onTestFinished(() => queue.close());
    return Object.assign(queue, { url });
  }

  const filesIn = (path: string) =>
    readdirSync(path, { recursive: true, withFileTypes: true }).flatMap(file =>
      file.isFile() ? [join(file.parentPath, file.name)] : [],
    );
  const inputsOf = (value: unknown) => new JobCapture("work", [value]).bytes();
  const stranger = "x".repeat(5_000);
  const ended = (queue: RedisQueue, id: string) => queue.ended(id, null);

  /** A job with a large result, which it gave. */
  async function completed(queue: RedisQueue, value: unknown = stranger): Promise<string> {
    const hand = await Hand.serve(queue);
    onTestFinished(() => hand.finish());
    const id = await queue.add(await job());
    await hand.beginnings(1);
    hand.complete(id, value);
    await ended(queue, id);
    return id;
  }

  describe("where no place is named", () => {
    const large = Buffer.alloc(17 * 2 ** 20);

    test("large inputs are an error before anything is stored", async () => {
      const queue = await opened();
      const adding = queue.add(await job({ inputs: large }));
      await expect(adding).rejects.toThrow(BlobError);
      await expect(adding).rejects.toThrow(
        /^the inputs of work \(job \w+\), 17\.8 MB, cannot lie in Redis, where 16\.8 MB is the most\n.*redis\(\{ url, blobs \}\)/,
      );
      expect(await queue.list({})).toEqual([]);
    });

    test("a job with a large result fails", async () => {
      const queue = await opened();
      const id = await completed(queue, large);
      expect(await queue.facts(id)).toMatchObject({
        state: "failed",
        problem: expect.stringMatching(/^BlobError: the result of work/) as unknown,
      });
    });

    test("what others have put elsewhere is told", async () => {
      const place = newPlace();
      const blobs = folder();
      const queue = await RedisQueue.open(redis({ url: place, blobs, blobsAbove: 4_096 }));
      onTestFinished(() => queue.close());
      const id = await completed(queue);
      const other = await RedisQueue.open(place);
      onTestFinished(() => other.close());
      await expect(other.outcome(id)).rejects.toThrow(
        `it was put into ${blobs}, and here no place for large values is named`,
      );
    });
  });

  describe("nothing is left there", () => {
    test("when jobs are forgotten", async () => {
      const blobs = folder();
      const queue = await opened({ blobs });
      const hand = await Hand.serve(queue);
      onTestFinished(() => hand.finish());
      const id = await queue.add(await job({ inputs: await inputsOf(stranger) }));
      await hand.beginnings(1);
      hand.complete(id, stranger);
      await ended(queue, id);
      expect(filesIn(blobs)).toHaveLength(2);
      expect(await queue.forget(Number.POSITIVE_INFINITY)).toBe(1);
      expect(filesIn(blobs)).toEqual([]);
    });

    test("of inputs of a job that was there by its key, and of a result that does not count", async () => {
      const blobs = folder();
      const queue = await opened({ blobs });
      const hand = await Hand.serve(queue);
      onTestFinished(() => hand.finish());
      const keyed = await job({ inputs: await inputsOf(stranger), idempotencyKey: "k" });
      const id = await queue.add(keyed);
      expect(await queue.add(keyed)).toBe(id);
      expect(filesIn(blobs)).toHaveLength(1);
      await hand.beginnings(1);
      await queue.connection.act("endJob", [id, 0, "completed", "by another", "", ""]);
      hand.complete(id, stranger);
      await hand.finish();
      await queue.parcels.sweep();
      expect(filesIn(blobs)).toHaveLength(1);
    });

    test("but what cannot be removed, which does not keep back the rest, nor a worker from its jobs", async () => {
      const blobs = folder();
      const queue = await opened({ blobs });
      const { blobs: there } = queue.parcels;
      const put = () => there.put("a value", Buffer.from(stranger), key => queue.parcels.toss(key));
      const [stays] = [await put(), await put(), await put()];
      const { remove } = there;
      let isStuck = false;
      there.remove = async key => {
        if (isStuck) await new Promise(() => {});
        if (key === stays.key) throw new Error("may not be removed");
        return remove.call(there, key);
      };
      onTestFinished(() => void Reflect.deleteProperty(there, "remove"));
      await expect(queue.parcels.sweep()).rejects.toThrow("may not be removed");
      expect(filesIn(blobs)).toEqual([expect.stringContaining(stays.key)]);
      isStuck = true;
      await completed(queue, "small");
      Reflect.deleteProperty(there, "remove");
      await queue.parcels.sweep();
      expect(filesIn(blobs)).toEqual([]);
    });

    test("of who died between two steps", async () => {
      const blobs = folder();
      const queue = await opened({ blobs });
      const { blobs: there } = queue.parcels;
      const { key } = await there.put("a value", Buffer.from(stranger), key => queue.parcels.toss(key, 1));
      expect(filesIn(blobs)).toHaveLength(1);
      await expect.poll(() => queue.parcels.sweep().then(() => filesIn(blobs))).toEqual([]);
      // It may have been removed by two.
      await there.remove(key);
    });
  });

  describe("where others have another place", () => {
    test("what they put there stays known, and is told of, until somebody with that place removes it", async () => {
      const [mine, theirs] = [folder(), folder()];
      const place = newPlace({ blobsAbove: 4_096 });
      const open = async (blobs: object) => {
        const queue = await RedisQueue.open(redis({ url: place, ...blobs }));
        onTestFinished(() => queue.close());
        return queue;
      };
      const queue = await open({ blobs: theirs });
      const id = await completed(queue);
      await queue.add(await job({ inputs: await inputsOf(stranger) }));
      const told: string[] = [];
      const troubled = ({ message }: Error) => void told.push(message);
      const other = await open({ blobs: mine });
      const put = await other.parcels.blobs.put("a value", Buffer.from(stranger), key => other.parcels.toss(key));
      expect(await other.forget(Number.POSITIVE_INFINITY, troubled)).toBe(1);
      expect(await queue.facts(id)).toBeNull();
      expect(told).toEqual([
        `The large values in ${theirs} cannot be used: of those that nobody needs, 1 cannot be removed from here, where they lie in ${mine}\n  They stay until a worker or \`heddle jobs prune\` with that place removes them. Give all who use the queue the same \`blobs\`.`,
      ]);
      expect([filesIn(mine), filesIn(theirs).length]).toEqual([[], 2]);
      expect(put.key.slice(24, 32)).toBe(other.parcels.blobs.mark);
      await (await open({})).forget(0, troubled);
      expect(told[1]).toMatch(
        /^The large values in .*: of those that nobody needs, 1 cannot be removed from here, where no place for them is named\n/,
      );
      await (await open({ blobs: theirs })).parcels.sweep();
      expect(filesIn(theirs)).toHaveLength(1);
    });

    test("that place by another name is the same", async () => {
      const blobs = folder();
      const link = join(folder(), "link");
      symlinkSync(blobs, link);
      const queue = await opened({ blobs });
      await completed(queue);
      const other = await RedisQueue.open(redis({ url: queue.url, blobs: link }));
      onTestFinished(() => other.close());
      const told: Error[] = [];
      await other.forget(Number.POSITIVE_INFINITY, error => void told.push(error));
      expect([told, filesIn(blobs)]).toEqual([[], []]);
    });

    test("a run removes what its workers have put elsewhere no sooner than somebody can", async () => {
      const [mine, theirs] = [folder(), folder()];
      const queue = await opened({ blobs: mine });
      const far = await RedisQueue.open(redis({ url: queue.url, blobs: theirs }));
      onTestFinished(() => far.close());
      const known = (key: string) => queue.connection.act("keepValue", ["run", key, "always"]);
      const { key } = await far.parcels.blobs.put(
        "a value",
        Buffer.from(stranger),
        async key => void (await known(key)),
      );
      expect(await queue.connection.act("endValues", ["run"])).toEqual([key]);
      await queue.parcels.remove([key], () => true);
      expect(filesIn(theirs)).toHaveLength(1);
      await queue.connection.use(client => client.zadd(`${queue.connection.keys}trash`, 0, key));
      await far.parcels.sweep();
      expect(filesIn(theirs)).toEqual([]);
    });
  });

  test("values of a run that is gone are removed, and those of one that lives are not", async () => {
    const blobs = folder();
    const queue = await opened({ blobs });
    const { blobs: there } = queue.parcels;
    const put = async (run: string) => {
      const known = (key: string) => queue.connection.act("keepValue", [run, key, ""]);
      return there.put("a value", Buffer.from(run), async key => expect(await known(key)).toBe(1));
    };
    const lives = (run: string) =>
      queue.connection.use(client => client.set(`${queue.connection.keys}run:${run}`, "1"));
    expect(await queue.connection.act("keepValue", ["nobody", "a name", ""])).toBe(0);
    await lives("gone");
    await put("gone");
    await queue.connection.use(client => client.zadd(`${queue.connection.keys}runs`, Date.now() - 10_000, "gone"));
    await lives("here");
    const kept = await put("here");
    await queue.parcels.abandon(9_000);
    await queue.parcels.sweep();
    expect(filesIn(blobs)).toEqual([expect.stringContaining(kept.key)]);
    // A worker may still have been writing one when its run ended: it is removed later.
    expect(await queue.connection.act("endValues", ["here"])).toEqual([kept.key]);
    await queue.parcels.remove([kept.key], () => false);
    const trash = `${queue.connection.keys}trash`;
    expect(await queue.connection.use(client => client.zrange(trash, "0", "-1"))).toEqual([kept.key]);
  });

  describe("what is not as it was", () => {
    test("is told where it is missing, and what to do", async () => {
      const blobs = folder();
      const queue = await opened({ blobs });
      const id = await completed(queue);
      rmSync(filesIn(blobs)[0]!);
      await expect(queue.outcome(id)).rejects.toThrow(
        new RegExp(
          `^the result of job ${id}, 5\\.\\d+ kB, cannot be read from ${blobs}: values/\\w\\w/[\\w.]+ is not there\\n.*delay the job anew`,
        ),
      );
    });

    test("is not read where it was changed; with a secret not even if its digest was, too", async () => {
      process.env[SECRET_VARIABLE] = "a good secret";
      onTestFinished(() => {
        delete process.env[SECRET_VARIABLE];
      });
      const blobs = folder();
      const queue = await opened({ blobs });
      const id = await queue.add(await job());
      const hand = await Hand.serve(queue);
      onTestFinished(() => hand.finish());
      await hand.beginnings(1);
      hand.end(id, signedEnd(id, endOf("work", "completed", { ok: true, value: stranger })));
      await ended(queue, id);
      expect(outcomeIn((await queue.outcome(id))!, id)).toEqual({ ok: true, value: stranger });
      const [file] = filesIn(blobs);
      const bytes = readFileSync(file!);
      bytes[200] = bytes[200]! ^ 1;
      writeFileSync(file!, bytes);
      await expect(queue.outcome(id)).rejects.toThrow("it has other contents than were written");
      const forged = await queue.parcels.blobs.put("a forgery", bytes, async () => {});
      const key = `${queue.connection.keys}job:${id}`;
      await queue.connection.use(client => client.hset(key, "outcome", refBytes(forged)));
      const outcome = (await queue.outcome(id))!;
      expect(() => outcomeIn(outcome, id)).toThrow(UntrustedError);
    });

    test("a folder that is not there is told when a worker starts, and when something is put there", async () => {
      const blobs = join(folder(), "not mounted");
      const queue = await opened({ blobs });
      const why = `${blobs}: there is no such folder on this machine`;
      await expect(queue.add(await job({ inputs: await inputsOf(stranger) }))).rejects.toThrow(why);
      await expect(Hand.serve(queue)).rejects.toThrow(`The large values in ${blobs} cannot be used: there is no such`);
    });
  });

  test("a worker brings inputs and puts results away; what is missing, or too much, fails its job unread", async () => {
    const blobs = folder();
    const queue = await opened({ blobs });
    const add = async (text: string) => {
      const inputs = await new JobCapture("echo", [text]).bytes();
      return queue.add(signedJob(await job({ task: echo.identity, name: "echo", inputs })));
    };
    process.env[SECRET_VARIABLE] = "a good secret";
    onTestFinished(() => {
      delete process.env[SECRET_VARIABLE];
    });
    const lost = await add(stranger);
    rmSync(filesIn(blobs)[0]!);
    const ids = [lost, await add("much ".repeat(5_000)), await add(stranger)];
    const silent = { began: () => {}, gaveBack: () => {}, ended: () => {}, troubled: () => {} };
    const run = { root: import.meta.dirname, quiet: true };
    const about = { name: "w", queues: ["default"], concurrency: 1, maxInputs: 20_000 };
    const worker = await startWorker(queue, { ...about, run, ...silent });
    onTestFinished(() => worker.drain());
    const outcomes = [];
    for (const id of ids) {
      await ended(queue, id);
      outcomes.push(outcomeIn((await queue.outcome(id))!, id));
    }
    expect(outcomes).toEqual([
      {
        ok: false,
        error: expect.objectContaining({
          name: "BlobError",
          message: expect.stringContaining("is not there") as unknown,
        }) as unknown,
      },
      { ok: false, error: expect.objectContaining({ name: "TooLargeError" }) as unknown },
      { ok: true, value: [stranger, "again"] },
    ]);
    // The result, and what of inputs is there.
    expect(filesIn(blobs)).toHaveLength(3);
  });

  test("a result that is missing while inputs are still being read fails the job, and nothing else", async () => {
    const queue = await opened({ blobs: folder() });
    const { parcels } = queue;
    const [inputs, result] = await Promise.all(
      ["inputs", "result"].map(what => parcels.keep(what, Buffer.alloc(9_000))),
    );
    const { key } = result!;
    await parcels.blobs.remove(key as ValueKey);
    const rejections: unknown[] = [];
    const hear = (error: unknown) => void rejections.push(error);
    process.on("unhandledRejection", hear);
    onTestFinished(() => void process.off("unhandledRejection", hear));
    const { bring } = parcels;
    let read = () => {};
    const reading = new Promise<void>(resolve => {
      read = resolve;
    });
    parcels.bring = async (what, bytes) => {
      if (what.startsWith("the inputs")) await reading;
      return bring.call(parcels, what, bytes);
    };
    const facts = { id: "j", name: "work", after: ["needed"] } as unknown as JobFacts;
    const brought = parcels.taken({ facts, inputs: inputs!.bytes, upstream: [result!.bytes] }).bring!();
    await expect(brought).rejects.toThrow(/^the result of job needed, 9 kB, cannot be read/);
    read();
    await new Promise(setImmediate);
    expect(rejections).toEqual([]);
  });

  test("a result that names files lies in Redis, and is a failure where it is too large for that", async () => {
    const there = folder();
    const far = new FarValues({ blobs: there, blobsAbove: 4_096, most: Number.POSITIVE_INFINITY }, async () => true);
    const kept = async (size: number) => {
      const wire: unknown[] = [ENDED, 1, COMPLETED, 0];
      toWire(pack([new Uint8Array(size), file(import.meta.filename)], { task: "t", role: "result" }), wire);
      await far.keep(wire, "t-1", "t");
      const { value } = endAt(wire) ?? {};
      return value === undefined ? unpackError(fromWire(wire, { at: 4 })) : (wire[value + 1] as Uint8Array).length;
    };
    expect(await kept(5_000)).toBeGreaterThan(5_000);
    const error = await kept(17 * 2 ** 20);
    expect(error).toBeInstanceOf(BlobError);
    expect((error as Error).message).toMatch(
      /^the result of t-1, 17\.8 MB, names files, so that it cannot lie beside Redis, and in it 16\.8 MB is the most/,
    );
    expect(filesIn(there)).toEqual([]);
  });

  test("a cache's server takes them, for who has its token, and lets them be removed", async () => {
    const at = folder();
    const served = await serveStore({ folder: at, token: "t0ken" });
    onTestFinished(() => served.close());
    const refused = await opened({ blobs: served.url });
    await expect(Hand.serve(refused)).rejects.toThrow(
      /it does not accept requests without a token.*\n.*HEDDLE_CACHE_TOKEN/,
    );
    process.env["HEDDLE_CACHE_TOKEN"] = "t0ken";
    onTestFinished(() => {
      delete process.env["HEDDLE_CACHE_TOKEN"];
    });
    const queue = await opened({ blobs: `${served.url}/` });
    const id = await completed(queue);
    expect(outcomeIn((await queue.outcome(id))!)).toEqual({ ok: true, value: stranger });
    expect(filesIn(join(at, "values"))).toHaveLength(1);
    await queue.forget(Number.POSITIVE_INFINITY);
    expect(filesIn(join(at, "values"))).toEqual([]);
  });
}
