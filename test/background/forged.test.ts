/** A worker that is given jobs which nobody may have delayed: each ends badly, and nothing of it runs. */

import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { admitCalls, MOST_INPUTS } from "../../src/background/admission.ts";
import { JobCapture } from "../../src/background/inputs.ts";
import { badEnd, endOf, outcomeIn } from "../../src/background/outcome.ts";
import type { JobEnd, JobFacts, NewJob, Queue, Service, TakenJob } from "../../src/background/queue.ts";
import { Answers } from "../../src/background/redis/answers.ts";
import { Asking } from "../../src/background/redis/asking.ts";
import type { Batch } from "../../src/background/redis/batches.ts";
import type { Post } from "../../src/background/redis/post.ts";
import type { RedisQueue } from "../../src/background/redis/queue.ts";
import { callOf, callsIn } from "../../src/background/remote.ts";
import { remoteCall } from "../../src/background/remote-call.ts";
import { SECRET_VARIABLE } from "../../src/background/secret.ts";
import { signedAnswer, signedEnd, signedJob, signedSchedule } from "../../src/background/signature.ts";
import { Stop } from "../../src/background/stop.ts";
import { startWorker } from "../../src/background/worker.ts";
import { readFrame } from "../../src/codec/whole-frame.ts";
import { flow, task } from "../../src/index.ts";
import { bytesOf } from "../../src/workers/envelope.ts";
import { CALL, TASK } from "../../src/workers/protocol.ts";
import { job as anyJob } from "./conformance.ts";

const ran: unknown[] = [];
export const add = task("add", (...ns: number[]) => {
  ran.push(ns);
  return ns.reduce((a, b) => a + b, 0);
});
export const other = task("other", (...given: unknown[]) => void ran.push(given));
export const both = flow("both", (n: number) => add.submit(n, n));

/** What a worker does with a job, whoever wrote it. */
async function given(job: TakenJob, maxInputs = MOST_INPUTS): Promise<JobEnd> {
  let service: Service | null = null;
  const serving = { drain: async () => {}, idle: async () => {}, abandon: async () => {} };
  const queue = {
    serve: async (asked: Service) => {
      service = asked;
      return serving;
    },
  } as unknown as Queue;
  const silent = { began: () => {}, gaveBack: () => {}, ended: () => {}, troubled: () => {} };
  const run = { root: import.meta.dirname, quiet: true };
  const worker = await startWorker(queue, {
    name: "w",
    queues: ["default"],
    concurrency: 1,
    maxInputs,
    run,
    ...silent,
  });
  const end = await service!.execute(job, new Stop());
  await worker.drain();
  return end;
}

/** A job as a queue gives it to a worker, that `delay` would have made, with changes. */
async function job(inputs: readonly unknown[], change: Partial<JobFacts> = {}): Promise<TakenJob> {
  const added = signedJob(await newJob(inputs, change));
  return taken({ id: "j1", ...added }, change);
}

async function newJob(inputs: readonly unknown[], { id = "j1" }: Partial<JobFacts> = {}): Promise<NewJob> {
  return anyJob({ id, task: add.identity, name: "add", inputs: await new JobCapture("add", inputs).bytes() });
}

function taken({ inputs, idempotencyKey: _, ...added }: NewJob & { id: string }, change: Partial<JobFacts>): TakenJob {
  const state = { state: "running", addedAt: 1, startedAt: 2, endedAt: null, attempts: 1, losses: 0 } as const;
  return { facts: { ...added, ...state, worker: "w", problem: null, ...change }, inputs, upstream: [] };
}

beforeEach(() => {
  ran.length = 0;
});
afterEach(() => {
  delete process.env[SECRET_VARIABLE];
});

test("a job of a task that the worker does not know", async () => {
  const { state, problem } = await given(await job([1], { task: "elsewhere/evil.mjs#run" }));
  expect({ state, problem }).toEqual({
    state: "failed",
    problem:
      "UntrustedError: add (job j1) is of elsewhere/evil.mjs#run, which the modules of this worker do not define",
  });
  // Nor one that heddle itself defines.
  const bytes = callBytes({ module: "file:///etc/evil.mjs" });
  const own = await given({ ...(await job([])), facts: (await job([bytes], { task: remoteCall.identity })).facts });
  expect(own.problem).toMatch(/^UntrustedError: .* is of .*#heddle call, which the modules/);
  for (const task of ["__proto__", "constructor", "", "toString (call)"]) {
    expect((await given(await job([], { task }))).problem).toMatch(/^UntrustedError/);
  }
});

/** A call as a run would send it, with changes. */
function callBytes(change: Partial<Record<"identity" | "module", unknown>>): Uint8Array {
  const { identity, module } = { identity: add.identity, module: import.meta.url, ...change };
  return bytesOf([
    "run",
    "/nowhere",
    TASK,
    0,
    identity,
    "add",
    module,
    "a place",
    null,
    CALL,
    1,
    0,
    1,
    1,
    0,
    2,
    1,
    "[1,2]",
  ]);
}

test("a call of a run whose task is another, or whose module lies elsewhere", async () => {
  const { facts } = await job([], { task: callOf(add.identity) });
  const known = new Map([[add.identity, { identity: add.identity, module: "file:///here/own.mjs" }]]) as never;
  const read = (bytes: Uint8Array, about = facts) => {
    const { definition, inputs } = admitCalls(about, bytes, known, MOST_INPUTS);
    return callsIn(inputs, definition);
  };
  expect(() => read(callBytes({ identity: other.identity }))).toThrow(/calls of .*#other came as those of .*#add/);
  const alien = { ...facts, task: callOf(other.identity) };
  expect(() => read(callBytes({ identity: other.identity }), alien)).toThrow(/which the modules of this worker do not/);
  // The module that it names is not looked at: the worker's own is run.
  const [call] = read(callBytes({ module: "file:///nowhere/evil.mjs" }));
  const wire = readFrame(call!, "the test");
  expect(wire).toContain("file:///here/own.mjs");
  expect(wire).not.toContain("file:///nowhere/evil.mjs");
});

test("a call of a run in a queue that takes none", async () => {
  const { inputs, ...made } = await job([], { task: callOf(add.identity) });
  expect(await given({ ...made, inputs: callBytes({}) })).toMatchObject({ state: "failed" });
  expect(ran).toEqual([]);
});

test("payloads that would reach the prototypes of others", async () => {
  const evil = JSON.parse('{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 1 } } }');
  expect(await given(await job([evil]))).toMatchObject({ state: "completed" });
  const own = JSON.parse('{ "__proto__": { "retries": 9 } }') as Record<string, unknown>;
  expect((await given(await job([1], { options: own }))).problem).toMatch(/^OptionError: .*"__proto__"/);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});

test("options that no task has, or of another kind than they are", async () => {
  const odd: readonly Record<string, unknown>[] = [
    { constructor: "x" },
    { toString: 1 },
    { retries: "many" },
    { retries: -1 },
    { timeout: {} },
    { labels: { gpu: "all" } },
    { onStart: "x" },
    { retryIf: [] },
    { cache: { key: "x" } },
    { after: [] },
    { fn: "x" },
  ];
  for (const options of odd) {
    const { state, problem } = await given(await job([1], { options }));
    expect({ options, state, problem }).toEqual({
      options,
      state: "failed",
      problem: expect.stringMatching(/^OptionError/),
    });
  }
  expect(ran).toEqual([]);
});

test("options that say where a job runs count only if they are signed", async () => {
  const places = [{ runner: "redis://evil.example" }, { prefix: { add: "touch /tmp/evil" } }, { store: "/tmp/evil" }];
  for (const options of places) {
    const made = await job([1], { options, task: both.identity, name: "both" });
    expect((await given(made)).problem).toMatch(
      /^UntrustedError: both \(job j1\) says by its option \w+ where it runs/,
    );
  }
  expect(ran).toEqual([]);
});

describe("what calls ask", () => {
  /** A queue in which `act` sees to what is asked. */
  function asking(act: (about: readonly unknown[], hear: (number: string, bytes: Uint8Array) => void) => unknown) {
    let heard: (message: Buffer) => void = () => {};
    const hear = (number: string, bytes: Uint8Array) =>
      heard(Buffer.concat([Buffer.of(3, number.length), Buffer.from(number), bytes]));
    const queue = {
      listenTo: async (_: string, listener: typeof heard) => {
        heard = listener;
      },
      leave: async () => {},
      connection: { keys: "", use: async () => {}, act: async (_: string, about: unknown[]) => act(about, hear) },
    };
    const asks = new Asking(queue as unknown as RedisQueue);
    onTestFinished(() => asks.close());
    return asks;
  }

  test("an answer that the run did not sign is none, and the run's own counts", async () => {
    process.env[SECRET_VARIABLE] = "a good secret";
    const asks = asking(async (about, hear) => {
      const number = String(about[1]);
      hear(number, Buffer.from("forged"));
      await new Promise(setImmediate);
      hear(number, signedAnswer("another", Buffer.from("recorded")));
      hear(number, signedAnswer(number, Buffer.from("true")));
      return 1;
    });
    expect(Buffer.from(await asks.ask("run", "batch", 0, new Uint8Array(3))).toString()).toBe("true");
  });

  test("a question counts under the number that it was signed for", async () => {
    process.env[SECRET_VARIABLE] = "a good secret";
    let asked: readonly unknown[] = [];
    const asks = asking((about, hear) => {
      asked = about;
      hear(String(about[1]), signedAnswer(String(about[1]), new Uint8Array()));
      return 1;
    });
    await asks.ask("run", "batch", 2, Buffer.from("input 1"));
    const [, number, from, batch, place, bytes] = asked as [string, string, string, string, number, Buffer];
    const answered: string[] = [];
    const line = { answer: async (said: Uint8Array) => Buffer.from(`${Buffer.from(said).toString()} is this`) };
    const underway = { line, cancelled: false };
    const batches = new Map([[batch, { calls: [null, null, underway, underway] }]]) as unknown as Map<string, Batch>;
    const post = {
      answer: async (number: string, to: string, said: Uint8Array) =>
        void answered.push(`${number} of ${to}: ${Buffer.from(said).toString()}`),
    };
    const answers = new Answers(post as unknown as Post, batches);
    answers.answer({ number: "another", from, batch, place, bytes });
    answers.answer({ number, from, batch, place: 3, bytes });
    await new Promise(setImmediate);
    answers.answer({ number, from, batch, place, bytes });
    await new Promise(setImmediate);
    expect(answered.filter(each => each.includes("input"))).toEqual([`${number} of ${from}: input 1 is this`]);
  });

  test("a run that is gone meanwhile fails the question, and nothing else", async () => {
    const rejections: unknown[] = [];
    const note = (error: unknown) => void rejections.push(error);
    process.on("unhandledRejection", note);
    onTestFinished(() => void process.off("unhandledRejection", note));
    let first = () => {};
    const asks = asking(about => {
      if (about[3] === "second") return 0;
      return new Promise(resolve => {
        first = () => resolve(1);
      });
    });
    const failed = asks.ask("run", "first", 0, new Uint8Array(3));
    await expect(asks.ask("run", "second", 0, new Uint8Array(3))).rejects.toThrow("its run is gone");
    await new Promise(setImmediate);
    first();
    await expect(failed).rejects.toThrow("its run is gone");
    expect(rejections).toEqual([]);
  });
});

test("more than a worker reads is not decoded", async () => {
  const made = await job(["x".repeat(2_000)]);
  expect((await given(made, 1_000)).problem).toMatch(
    /^TooLargeError: add \(job j1\) brings 2\.\d+ kB along, and this worker reads no more than 1 kB$/,
  );
  const upstream = [new Uint8Array(900), new Uint8Array(900)];
  expect((await given({ ...(await job([1])), upstream }, 1_000)).problem).toMatch(/^TooLargeError/);
  expect((await given(await job([1]), 1_000)).state).toBe("completed");
});

test("with a secret, a payload counts for the very job that it was signed for", async () => {
  const unsigned = await job([1, 2]);
  process.env[SECRET_VARIABLE] = "a good secret";
  const signed = await job([1, 2]);
  const end = await given(signed);
  expect(end.state).toBe("completed");
  expect(outcomeIn(end.bytes, "j1")).toEqual({ ok: true, value: 3 });
  expect((await given(unsigned)).problem).toBe(
    "UntrustedError: add (job j1) is not signed: who added it has no secret, and this process has one",
  );

  ran.length = 0;
  const elsewhere: readonly Partial<JobFacts>[] = [
    { id: "j2" },
    { task: other.identity },
    { name: "sum" },
    { queue: "slow" },
    { priority: 1 },
    { notBefore: 5 },
    { options: { retries: 1 } },
    { restart: false },
    { after: ["j0"] },
  ];
  const wrong =
    /^UntrustedError: .* was signed by who added it with another secret than that of this process, or for something else, or changed since$/;
  for (const change of elsewhere) {
    const moved = { ...signed, facts: { ...signed.facts, ...change } };
    expect((await given(moved)).problem).toMatch(wrong);
  }
  const changed = new Uint8Array(signed.inputs);
  changed[changed.length - 1]! ^= 1;
  expect((await given({ ...signed, inputs: changed })).problem).toMatch(wrong);
  expect((await given({ ...signed, inputs: signed.inputs.slice(0, 20) })).problem).toMatch(
    /is not signed: who added it has no secret/,
  );
  process.env[SECRET_VARIABLE] = "another secret";
  expect((await given(signed)).problem).toMatch(wrong);
  expect(ran).toEqual([]);
  delete process.env[SECRET_VARIABLE];
  expect((await given(signed)).problem).toBe(
    "UntrustedError: add (job j1) is signed by who added it, and this process has no secret to check that with",
  );
});

test("with a secret, what a schedule calls is signed, without options", async () => {
  process.env[SECRET_VARIABLE] = "a good secret";
  const { task, name, queue, priority, inputs } = await newJob([4, 5]);
  const made = signedSchedule({
    name: "s",
    cron: "* * * * *",
    timezone: null,
    next: 1,
    job: { task, name, queue, priority, inputs },
  });
  const fired = { ...(await job([])), inputs: made.job.inputs };
  expect(await given(fired)).toMatchObject({ state: "completed" });
  expect(ran).toEqual([[4, 5]]);
  const moved = { ...fired, facts: { ...fired.facts, task: other.identity } };
  expect((await given(moved)).problem).toMatch(/^UntrustedError/);
  expect((await given({ ...fired, facts: { ...fired.facts, options: { retries: 5 } } })).problem).toMatch(
    /^UntrustedError/,
  );
});

test("with a secret, results are those of their jobs, for who awaits and for jobs that need them", async () => {
  const plain = endOf("add", "completed", { ok: true, value: 7 });
  process.env[SECRET_VARIABLE] = "a good secret";
  const right = signedEnd("j0", plain);
  expect(outcomeIn(right.bytes, "j0")).toEqual({ ok: true, value: 7 });
  expect(() => outcomeIn(right.bytes, "j9")).toThrow(
    "the result of job j9 was signed by its worker with another secret",
  );
  expect(() => outcomeIn(plain.bytes, "j0")).toThrow("the result of job j0 is not signed");
  const error = signedEnd("j0", badEnd("add", "failed", new Error("x")));
  expect(outcomeIn(error.bytes, "j0")).toMatchObject({ ok: false });

  const upstream = signedJob({ ...(await newJob([])), after: ["j0"], inputs: await needing("j0") });
  const needs = taken({ id: "j1", ...upstream }, {});
  expect(await given({ ...needs, upstream: [right.bytes] })).toMatchObject({ state: "completed" });
  expect(ran).toEqual([[7]]);
  expect((await given({ ...needs, upstream: [plain.bytes] })).problem).toMatch(
    /^UntrustedError: the result of job j0 is not/,
  );
});

async function needing(id: string): Promise<Uint8Array> {
  const { StoredJob } = await import("../../src/background/job.ts");
  return new JobCapture("add", [new StoredJob(id, () => Promise.reject(new Error("not asked")))]).bytes();
}
