/** What every queue has to do, whatever keeps it: one suite for all. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { JobCapture } from "../../src/background/inputs.ts";
import { endOf, outcomeIn } from "../../src/background/outcome.ts";
import type { JobEnd, JobFacts, NewJob, Queue, Service, Serving, TakenJob } from "../../src/background/queue.ts";
import type { Stop } from "../../src/background/stop.ts";

export const TASK = "fixture/tasks.ts#work";

const hands: Hand[] = [];

/** A worker whose jobs end when the test says so. */
export class Hand {
  readonly begun: JobFacts[] = [];
  readonly stops = new Map<string, Stop>();
  readonly upstream = new Map<string, readonly Uint8Array[]>();
  readonly troubles: Error[] = [];
  serving!: Serving;
  #ends = new Map<string, (end: JobEnd) => void>();
  #watchers: (() => void)[] = [];
  #brought: Promise<unknown> = Promise.resolve();
  #finishes = false;

  static async serve(queue: Queue, more: Partial<Service> = {}): Promise<Hand> {
    const hand = new Hand();
    hand.serving = await queue.serve({
      name: "hand",
      queues: ["default"],
      tasks: [TASK],
      concurrency: 1,
      execute: (job, stop) => hand.#execute(job, stop),
      troubled: error => hand.troubles.push(error),
      ...more,
    });
    hands.push(hand);
    return hand;
  }

  /** Ends what it still has. */
  async finish(): Promise<void> {
    this.#finishes = true;
    const drained = this.serving.drain();
    for (const id of [...this.#ends.keys()]) this.complete(id, null);
    await drained;
  }

  async #execute(job: TakenJob, stop: Stop): Promise<JobEnd> {
    const bringing = job.bring?.();
    // They begin in the order in which they were taken, however long it takes to bring what they need.
    if (bringing !== undefined) this.#brought = Promise.all([this.#brought, bringing]);
    if (bringing !== undefined) await this.#brought;
    const { upstream } = bringing === undefined ? job : await bringing;
    const end = await this.#hold(job.facts, upstream, stop);
    return job.keep === undefined ? end : job.keep(end);
  }

  #hold(facts: JobFacts, upstream: readonly Uint8Array[], stop: Stop): Promise<JobEnd> {
    this.begun.push(facts);
    this.stops.set(facts.id, stop);
    this.upstream.set(facts.id, upstream);
    // It was being taken when the test was over.
    if (this.#finishes) return Promise.resolve(endOf("work", "completed", { ok: true, value: null }));
    return new Promise(resolve => {
      this.#ends.set(facts.id, resolve);
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
  }

  /** Resolves when so many have begun, with the names of all that have. */
  async beginnings(count: number): Promise<string[]> {
    while (this.begun.length < count) await new Promise<void>(resolve => this.#watchers.push(resolve));
    return this.begun.map(({ id }) => id);
  }

  complete(id: string, value: unknown): void {
    this.end(id, endOf("work", "completed", { ok: true, value }));
  }

  fail(id: string, message: string, output = ""): void {
    this.end(id, { ...endOf("work", "failed", { ok: false, error: new Error(message) }), output });
  }

  aborted(id: string): Promise<string> {
    return new Promise(resolve => void this.stops.get(id)!.hear(({ message }) => resolve(message)));
  }

  end(id: string, end: JobEnd): void {
    const resolve = this.#ends.get(id);
    this.#ends.delete(id);
    resolve!(end);
  }
}

export async function job(more: Partial<NewJob> = {}): Promise<NewJob> {
  return {
    task: TASK,
    name: "work",
    queue: "default",
    priority: 0,
    notBefore: 0,
    idempotencyKey: null,
    options: {},
    restart: true,
    after: [],
    inputs: await new JobCapture("work", []).bytes(),
    ...more,
  };
}

/** @param open gives a queue in which nothing is yet; it is closed by the suite. */
export function conforms(open: () => Promise<Queue>): void {
  let queue: Queue;
  beforeEach(async () => {
    queue = await open();
  });
  afterEach(async () => {
    for (const hand of hands.splice(0)) await hand.finish();
    await queue.close();
  });

  const add = async (more: Partial<NewJob> = {}) => queue.add(await job(more));
  const state = async (id: string) => (await queue.facts(id))?.state;
  const valueIn = async (id: string) => {
    await queue.ended(id, null);
    const outcome = outcomeIn((await queue.outcome(id))!);
    return outcome.ok ? outcome.value : outcome.error;
  };

  test("a job is added, taken, and ends with its value", async () => {
    const id = await add();
    expect(await queue.facts(id)).toMatchObject({ id, task: TASK, state: "queued", attempts: 0, worker: null });
    expect(await queue.outcome(id)).toBeNull();
    const hand = await Hand.serve(queue);
    expect(await hand.beginnings(1)).toEqual([id]);
    expect(await queue.facts(id)).toMatchObject({ state: "running", attempts: 1, worker: "hand" });
    hand.complete(id, { rows: [1, 2], when: new Date(0) });
    expect(await valueIn(id)).toEqual({ rows: [1, 2], when: new Date(0) });
    expect(await queue.facts(id)).toMatchObject({ state: "completed", problem: null });
  });

  test("a worker that waits is told of what is added", async () => {
    const hand = await Hand.serve(queue);
    await hand.serving.idle();
    const id = await add();
    await hand.beginnings(1);
    hand.complete(id, 1);
    expect(await valueIn(id)).toBe(1);
  });

  test("a failure arrives as the error that it was", async () => {
    const id = await add();
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    hand.fail(id, "no such page\nsecond line");
    expect(await valueIn(id)).toMatchObject({ name: "Error", message: "no such page\nsecond line" });
    expect(await queue.facts(id)).toMatchObject({ state: "failed", problem: "Error: no such page" });
  });

  test("what is not known is null", async () => {
    expect(await queue.facts("nothing")).toBeNull();
    expect(await queue.inputsOf("nothing")).toBeNull();
    expect(await queue.outcome("nothing")).toBeNull();
    expect(await queue.ended("nothing", null)).toBeNull();
    expect(await queue.cancel("nothing", "")).toBe(false);
    expect(await queue.retry("nothing")).toBe(false);
  });

  test("higher priorities first, then in order; no more at once than there is room for", async () => {
    const ids: string[] = [];
    for (const priority of [0, -1.5, 2, 0, 1e300, 2]) ids.push(await add({ priority }));
    const hand = await Hand.serve(queue, { concurrency: 2 });
    for (let count = 2; count <= 6; count++) {
      const begun = await hand.beginnings(count);
      expect(begun).toHaveLength(count);
      hand.complete(begun[count - 2]!, null);
    }
    expect((await hand.beginnings(6)).map(id => ids.indexOf(id))).toEqual([4, 2, 5, 0, 3, 1]);
  });

  test("higher priorities first, also between tasks; each task gets its turn", async () => {
    const other = "fixture/tasks.ts#other";
    const low = [await add({ task: other }), await add()];
    const high = await add({ priority: 5 });
    const middle = await add({ priority: 3, task: other });
    const hand = await Hand.serve(queue, { tasks: [TASK, other] });
    for (let count = 1; count <= 4; count++) hand.complete((await hand.beginnings(count))[count - 1]!, null);
    const begun = await hand.beginnings(4);
    expect(begun.slice(0, 2)).toEqual([high, middle]);
    expect(begun.slice(2).sort()).toEqual(low.sort());
  });

  test("a worker takes only tasks that it knows, and from its queues", async () => {
    const other = await add({ task: "fixture/tasks.ts#other", priority: 9 });
    const slow = await add({ queue: "slow", priority: 9 });
    const id = await add();
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    hand.complete(id, null);
    await hand.serving.idle();
    expect(hand.begun.map(facts => facts.id)).toEqual([id]);
    expect([await state(other), await state(slow)]).toEqual(["queued", "queued"]);
  });

  test("what only lacks a worker is counted, for each task of each queue", async () => {
    expect(await queue.waiting()).toEqual([]);
    const first = await add();
    await add({ priority: 2 });
    await add({ queue: "a queue: 100 %" });
    await add({ task: "other#task" });
    await add({ after: [first] });
    await add({ notBefore: Date.now() + 3_600_000 });
    const counts = (await queue.waiting()).map(({ queue, task, count }) => `${queue} ${task} ${count}`);
    expect(counts.sort()).toEqual([`a queue: 100 % ${TASK} 1`, `default ${TASK} 2`, "default other#task 1"]);
    const hand = await Hand.serve(queue, { concurrency: 2 });
    await hand.beginnings(2);
    expect((await queue.waiting()).map(({ task }) => task).sort()).toEqual([TASK, "other#task"]);
  });

  test("a job does not start before its time, and starts then", async () => {
    const later = await add({ notBefore: Date.now() + 3_600_000 });
    const notBefore = Date.now() + 50;
    const id = await add({ notBefore });
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    expect(hand.begun[0]).toMatchObject({ id });
    expect(hand.begun[0]!.startedAt).toBeGreaterThanOrEqual(notBefore);
    hand.complete(id, null);
    await queue.ended(id, null);
    await hand.serving.idle();
    expect(await state(later)).toBe("pending");
  });

  test("jobs of one task with one key are one job, however they are added", async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => add({ idempotencyKey: "order 7" })));
    expect(new Set(ids).size).toBe(1);
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    hand.complete(ids[0]!, 1);
    await queue.ended(ids[0]!, null);
    expect(await add({ idempotencyKey: "order 7" })).toBe(ids[0]);
    expect(await add({ idempotencyKey: "order 8" })).not.toBe(ids[0]);
    expect(await add({ idempotencyKey: "order 7", task: "fixture/tasks.ts#other" })).not.toBe(ids[0]);
  });

  test("a job after others waits for all of them, and gets how they ended in its order", async () => {
    const [first, second] = [await add(), await add()];
    const third = await add({ after: [second, first] });
    const fourth = await add({ after: [third] });
    expect([await state(third), await state(fourth)]).toEqual(["pending", "pending"]);
    const hand = await Hand.serve(queue, { concurrency: 9 });
    await hand.beginnings(2);
    hand.complete(first, "first");
    await queue.ended(first, null);
    expect(await state(third)).toBe("pending");
    hand.complete(second, "second");
    expect(await hand.beginnings(3)).toEqual([first, second, third]);
    expect(hand.upstream.get(third)!.map(bytes => outcomeIn(bytes))).toEqual([
      { ok: true, value: "second" },
      { ok: true, value: "first" },
    ]);
    hand.complete(third, "third");
    await hand.beginnings(4);
    hand.complete(fourth, null);
    const late = await add({ after: [first, third] });
    await hand.beginnings(5);
    hand.complete(late, "late");
    expect(await valueIn(late)).toBe("late");
  });

  test("a job after many, one of them twice, waits for each of them once", async () => {
    const needed = await Promise.all(Array.from({ length: 40 }, () => add()));
    const after = [...needed, needed[7]!];
    const joining = await add({ after });
    const hand = await Hand.serve(queue, { concurrency: 50 });
    for (const id of (await hand.beginnings(40)).slice(1)) hand.complete(id, null);
    for (const id of needed) if (id !== hand.begun[0]!.id) await queue.ended(id, null);
    expect(await state(joining)).toBe("pending");
    hand.complete(hand.begun[0]!.id, null);
    expect((await hand.beginnings(41))[40]).toBe(joining);
    expect(hand.upstream.get(joining)).toHaveLength(41);
    hand.complete(joining, "all");
    expect(await valueIn(joining)).toBe("all");
  });

  test("what needs a job that ended badly ends too, with the root cause", async () => {
    const first = await add();
    const second = await add({ after: [first] });
    const third = await add({ after: [second] });
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    hand.fail(first, "the root");
    expect(await valueIn(third)).toMatchObject({ name: "UpstreamError", cause: { message: "the root" } });
    expect([await state(second), await state(third)]).toEqual(["upstreamFailed", "upstreamFailed"]);
    expect(await state(await add({ after: [second] }))).toBe("upstreamFailed");
    expect(await state(await add({ after: ["never added"] }))).toBe("upstreamFailed");
  });

  test("cancelled before it starts, it never does; nor does what needs it", async () => {
    const [first, pending] = [await add(), await add({ notBefore: Date.now() + 3_600_000 })];
    const second = await add({ after: [first] });
    expect(await queue.cancel(first, "not needed")).toBe(true);
    expect(await queue.cancel(pending, "not needed")).toBe(true);
    expect(await queue.cancel(first, "again")).toBe(false);
    expect(await valueIn(first)).toMatchObject({
      name: "CancelledError",
      message: expect.stringContaining("not needed"),
    });
    expect([await state(pending), await state(second)]).toEqual(["cancelled", "upstreamFailed"]);
    const hand = await Hand.serve(queue);
    await hand.serving.idle();
    expect(hand.begun).toEqual([]);
  });

  test("cancelled while it runs, it gets the signal with the reason", async () => {
    const id = await add();
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    expect(await queue.cancel(id, "not needed")).toBe(true);
    expect(await hand.aborted(id)).toBe("not needed");
    expect(await state(id)).toBe("running");
    hand.fail(id, "stopped");
    await queue.ended(id, null);
    expect(await queue.cancel(id, "late")).toBe(false);
  });

  test("what ended badly can begin anew, what ended well cannot", async () => {
    const id = await add();
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    expect(await queue.retry(id)).toBe(false);
    hand.fail(id, "once");
    await queue.ended(id, null);
    expect(await queue.retry(id)).toBe(true);
    await hand.beginnings(2);
    expect(await queue.outcome(id)).toBeNull();
    hand.complete(id, "twice");
    expect(await valueIn(id)).toBe("twice");
    expect(await queue.retry(id)).toBe(false);
  });

  test("what needed a job that ended badly begins anew with it", async () => {
    const [first, other] = [await add(), await add({ notBefore: Date.now() + 3_600_000 })];
    const second = await add({ after: [first] });
    const third = await add({ after: [second, first] });
    const fourth = await add({ after: [third, other] });
    await queue.cancel(first, "");
    await queue.cancel(other, "");
    const states = async () => Promise.all([first, second, third, fourth].map(state));
    expect(await states()).toEqual(["cancelled", "upstreamFailed", "upstreamFailed", "upstreamFailed"]);
    expect(await queue.retry(first)).toBe(true);
    // The other one has not begun anew.
    expect(await states()).toEqual(["queued", "pending", "pending", "upstreamFailed"]);
    const hand = await Hand.serve(queue);
    for (const [i, id] of [first, second, third].entries()) {
      expect((await hand.beginnings(i + 1))[i]).toBe(id);
      hand.complete(id, i);
    }
    expect(await valueIn(third)).toBe(2);
    expect(await queue.forget(Date.now() + 1000)).toBe(5);
  });

  test("what a job has printed is kept until it begins anew", async () => {
    const id = await add();
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    expect(await queue.outputOf(id)).toBe("");
    hand.fail(id, "too late", "said\nthis\n");
    await queue.ended(id, null);
    expect(await queue.outputOf(id)).toBe("said\nthis\n");
    await queue.retry(id);
    await hand.beginnings(2);
    expect(await queue.outputOf(id)).toBe("");
    hand.complete(id, 1);
    await queue.ended(id, null);
    expect(await queue.outputOf(id)).toBe("");
    expect(await queue.outputOf("nothing")).toBe("");
  });

  test("a worker that drains takes nothing more; the next one does", async () => {
    const [first, second] = [await add(), await add()];
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    const drained = hand.serving.drain();
    hand.complete(first, null);
    await drained;
    expect([await state(first), await state(second)]).toEqual(["completed", "queued"]);
    const next = await Hand.serve(queue);
    expect(await next.beginnings(1)).toEqual([second]);
    next.complete(second, null);
    await queue.ended(second, null);
  });

  test("a worker that abandons its jobs gives them back, and what it gives for them is dropped", async () => {
    const id = await add();
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    await hand.serving.abandon();
    expect(await queue.facts(id)).toMatchObject({ state: "queued", losses: 0 });
    expect(hand.stops.get(id)!.reason).not.toBeNull();
    const next = await Hand.serve(queue);
    await next.beginnings(1);
    hand.complete(id, "the old attempt");
    next.complete(id, "the new attempt");
    expect(await valueIn(id)).toBe("the new attempt");
  });

  test("who waits for a job can give up", async () => {
    const id = await add();
    const late = new AbortController();
    const waiting = queue.ended(id, late.signal);
    late.abort();
    expect(await waiting).toEqual({ name: "work", outcome: null });
    expect(await queue.ended(id, late.signal)).toEqual({ name: "work", outcome: null });
  });

  test("jobs are listed, the newest first, by state, queue and task", async () => {
    const first = await add();
    await new Promise(resolve => setTimeout(resolve, 2));
    const second = await add({ queue: "slow", name: "other", task: "fixture/tasks.ts#other" });
    const ids = async (filter: Parameters<Queue["list"]>[0]) => (await queue.list(filter)).map(({ id }) => id);
    expect(await ids({})).toEqual([second, first]);
    expect(await ids({ limit: 1 })).toEqual([second]);
    expect(await ids({ queue: "slow" })).toEqual([second]);
    expect(await ids({ task: "work" })).toEqual([first]);
    expect(await ids({ task: "fixture/tasks.ts#other" })).toEqual([second]);
    await queue.cancel(first, "");
    expect(await ids({ states: ["cancelled", "failed"] })).toEqual([first]);
  });

  test("jobs that have ended are forgotten, unless another needs them", async () => {
    const [first, second] = [await add({ idempotencyKey: "a" }), await add()];
    const third = await add({ after: [second], notBefore: Date.now() + 3_600_000 });
    const hand = await Hand.serve(queue);
    hand.complete((await hand.beginnings(1))[0]!, 1);
    hand.complete((await hand.beginnings(2))[1]!, 2);
    await queue.ended(first, null);
    await queue.ended(second, null);
    expect(await queue.forget(Date.now() - 3_600_000)).toBe(0);
    expect(await queue.forget(Date.now() + 1000)).toBe(1);
    expect([await queue.facts(first), await queue.outcome(first)]).toEqual([null, null]);
    expect(await state(second)).toBe("completed");
    expect(await add({ idempotencyKey: "a" })).not.toBe(first);
    await queue.cancel(third, "");
    expect(await queue.forget(Date.now() + 1000)).toBe(2);
  });

  test("large inputs and results", async () => {
    const text = "heddle ".repeat(500_000);
    const id = await add({ inputs: await new JobCapture("work", [text]).bytes() });
    const hand = await Hand.serve(queue);
    await hand.beginnings(1);
    expect((await queue.inputsOf(id))!.byteLength).toBeGreaterThan(text.length);
    hand.complete(id, new Uint8Array(3_000_000).fill(7));
    const bytes = (await valueIn(id)) as Uint8Array;
    expect(Buffer.from(bytes).equals(Buffer.alloc(3_000_000, 7))).toBe(true);
  });

  test("a schedule gives a job when its time has come, one for all times that were missed", async () => {
    const { inputs } = await job();
    const work = { task: TASK, name: "work", queue: "default", priority: 0, inputs };
    const next = Date.now() - 3_600_000;
    await queue.schedule({ name: "hourly", cron: "* * * * *", timezone: "UTC", job: work, next });
    expect(await queue.schedules()).toMatchObject([{ name: "hourly", cron: "* * * * *", next }]);
    const hand = await Hand.serve(queue);
    const [id] = await hand.beginnings(1);
    const [schedule] = await queue.schedules();
    expect(schedule!.next).toBeGreaterThan(hand.begun[0]!.startedAt!);
    expect(schedule!.next! - hand.begun[0]!.startedAt!).toBeLessThanOrEqual(60_000);
    hand.complete(id!, null);
    expect(await queue.unschedule("hourly")).toBe(true);
    expect(await queue.unschedule("hourly")).toBe(false);
    expect(await queue.schedules()).toEqual([]);
  });
}
