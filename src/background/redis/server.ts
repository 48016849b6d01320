import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { cancelledEnd, crashedEnd } from "../outcome.ts";
import { hasEnded, type JobEnd, type Service, type Serving } from "../queue.ts";
import { calledBy } from "../remote.ts";
import { Asking } from "./asking.ts";
import type { News } from "./ears.ts";
import { Heads, takings } from "./heads.ts";
import type { Lent, Line } from "./line.ts";
import type { Handed } from "./lines.ts";
import { asBuffer, type RedisQueue } from "./queue.ts";
import { FACTS, jobFrom, lineOf, type RedisJob } from "./record.ts";
import { type Around, TakenBatch } from "./taken-batch.ts";
import { Turns } from "./turns.ts";
import { type Begun, type Running, roomBeside } from "./under-way.ts";

/** In milliseconds. What is told can get lost, and who should have handed on a job may have died. */
const LOOK_AGAIN = 1_000;
/** How often a job is begun again whose worker has died: it may be the cause after all. */
const MOST_LOSSES = 3;

/** Takes jobs from the lines that it serves and has them executed, as many at once as its service says. */
export class Server implements Serving {
  readonly #queue: RedisQueue;
  readonly #service: Service;
  readonly #closed: () => void;
  readonly #id = randomBytes(8).toString("hex");
  readonly #heads: Heads;
  readonly #asking: Asking;
  /** What calls of runs need of it. */
  readonly #around: Around;
  readonly #running = new Map<string, Running>();
  /** How many are being taken, or have ended of which Redis does not know yet. */
  #between = 0;
  #count = 0;
  #choresAt = 0;
  #looking = false;
  #again = false;
  #found = false;
  #draining = false;
  #abandoned = false;
  #whenRested: (() => void)[] = [];
  #timers: NodeJS.Timeout[] = [];

  constructor(queue: RedisQueue, service: Service, closed: () => void) {
    this.#queue = queue;
    this.#service = service;
    this.#closed = closed;
    const isCalls = (task: string) => calledBy(task) !== null;
    const all = service.queues.flatMap(queue => service.tasks.map(task => ({ queue, task })));
    const served = new Map(all.map(each => [lineOf(each), isCalls(each.task)] as const));
    this.#heads = new Heads(queue, served, service.troubled);
    const { name: worker, concurrency, calls = null, troubled } = service;
    this.#asking = new Asking(queue);
    this.#around = { queue, worker, service: calls, turns: new Turns(concurrency), asking: this.#asking, troubled };
  }

  open(): void {
    this.#timers.push(setInterval(() => this.look(), LOOK_AGAIN));
    this.#timers.push(setInterval(() => void this.#renew(), this.#queue.where.lease / 3));
    this.look();
  }

  hear({ queued = false, fresh = false, ended = [], stopped = [] }: News): void {
    if (fresh) this.#choresAt = 0;
    for (const id of stopped) void this.#check(id).catch(this.#service.troubled);
    // Another attempt was quicker: what this one gives would be dropped.
    for (const id of ended) this.#running.get(id)?.controller.abort(new Error("it has ended elsewhere"));
    if (queued) this.look();
  }

  /** The lease is kept by the main thread: what computes belongs on others. */
  async #renew(): Promise<void> {
    try {
      await this.#heads.renew();
      for (const id of this.#running.keys()) await this.#check(id);
    } catch (error) {
      this.#service.troubled(error as Error);
    }
  }

  /** Stops a job that is to be cancelled, or has ended elsewhere. */
  async #check(id: string): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    const job = await this.#queue.job(id);
    if (job === null || hasEnded(job)) running.controller.abort(new Error("it has ended elsewhere"));
    else if (job.cancelled !== null) running.controller.abort(new Error(job.cancelled));
    else running.batch?.stop(job);
  }

  look(): void {
    this.#again = true;
    if (!this.#looking) void this.#lookOn();
  }

  async #lookOn(): Promise<void> {
    this.#looking = true;
    this.#found = false;
    try {
      while (this.#again && !this.#draining) {
        this.#again = false;
        const room = this.#room;
        if (room > 0) await this.#take(room);
      }
    } catch (error) {
      this.#service.troubled(error as Error);
    } finally {
      this.#looking = false;
      this.#rest();
    }
  }

  /** How many more it takes. */
  get #room(): number {
    return roomBeside(this.#running.values(), this.#service.concurrency - this.#between);
  }

  async #take(room: number): Promise<void> {
    await this.#chores();
    const takers = takings(await this.#heads.next(), room).map(line => this.#takeOne(line));
    if (!(await Promise.all(takers)).includes(true)) return;
    this.#found = true;
    this.#again = true;
  }

  /** What is to be seen to once a second. */
  async #chores(): Promise<void> {
    const now = Date.now();
    if (now < this.#choresAt) return;
    this.#choresAt = now + LOOK_AGAIN;
    await this.#queue.listen();
    if ((await this.#queue.sweep()) > 0) this.#found = true;
    await this.#queue.timetable.fire(now);
    await this.#heads.see();
  }

  /** Gives whether there was one. */
  async #takeOne(line: Line): Promise<boolean> {
    this.#between += 1;
    try {
      const lent = await this.#queue.connection.use(() => line.take(`${this.#id}-${this.#count++}`));
      if (lent !== null) await this.#begin(line, lent);
      return lent !== null;
    } finally {
      this.#between -= 1;
    }
  }

  async #begin(line: Line, lent: Lent): Promise<void> {
    const { id, life, token } = lent;
    try {
      const most = line.ofCalls ? [] : [MOST_LOSSES];
      const about = [id, life, token, this.#service.name, ...most, ...FACTS];
      const act = line.ofCalls ? "beginCalls" : "beginJob";
      await this.#begun(line, lent, (await this.#queue.connection.act(act, about, { bytes: true })) as Begun);
    } catch (error) {
      this.#service.troubled(error as Error);
      await line.giveBack(lent);
    }
  }

  async #begun(line: Line, lent: Lent, [verdict, detail, upstream = [], fields = []]: Begun): Promise<void> {
    const texts = fields.map(field => field?.toString() ?? null);
    const facts = jobFrom(lent.id, texts);
    if (verdict.toString() === "drop" || facts === null) await line.done(lent);
    else if (verdict.toString() === "cancelled") await this.#conclude(line, lent, cancelledEnd(facts, String(detail)));
    else if (verdict.toString() === "crashed") await this.#conclude(line, lent, crashedEnd(facts, Number(detail)));
    else if (line.ofCalls) void this.#executeCalls(line, lent, facts, detail as Buffer, verdict.toString(), upstream);
    else {
      const running = { line, lent, controller: new AbortController(), batch: null };
      this.#running.set(lent.id, running);
      if (facts.cancelled !== null) running.controller.abort(new Error(facts.cancelled));
      void this.#execute(running, { facts, inputs: detail as Buffer, upstream });
    }
  }

  async #execute(running: Running, job: Parameters<Service["execute"]>[0]): Promise<void> {
    const { line, lent, controller } = running;
    const end = await this.#service.execute(job, controller.signal);
    if (this.#running.get(lent.id) === running) this.#running.delete(lent.id);
    if (this.#abandoned) return;
    this.#between += 1;
    await this.#goOn(line, await this.#record(lent, end, () => this.#leave(line, lent)));
  }

  async #goOn(line: Line, next: Lent | null): Promise<void> {
    if (next !== null) await this.#begin(line, next);
    this.#between -= 1;
    if (next === null) this.look();
    this.#rest();
  }

  async #executeCalls(
    line: Line,
    lent: Lent,
    job: RedisJob,
    bytes: Buffer,
    verdict: string,
    ended: readonly Buffer[],
  ): Promise<void> {
    const batch = new TakenBatch(this.#around, job);
    const running = { line, lent, controller: new AbortController(), batch };
    this.#running.set(lent.id, running);
    running.controller.signal.addEventListener("abort", () =>
      batch.abort((running.controller.signal.reason as Error).message),
    );
    line.holds(Number(job.options["count"]));
    await batch.execute(verdict, bytes, ended);
    if (this.#running.get(lent.id) === running) this.#running.delete(lent.id);
    if (this.#abandoned) return;
    this.#between += 1;
    await this.#goOn(line, await this.#queue.connection.use(() => this.#leave(line, lent)).catch(() => null));
  }

  /** It ends without being run. */
  async #conclude(line: Line, lent: Lent, end: JobEnd): Promise<void> {
    await this.#record(lent, end, () => line.done(lent));
  }

  /** What was computed is not lost because Redis is away for a while, or has no room. Gives what `leave` does. */
  async #record<R>(
    { id, life }: Lent,
    { state, bytes, problem, output }: JobEnd,
    leave: () => Promise<R>,
  ): Promise<R | null> {
    for (;;) {
      try {
        const how = [id, life, state, asBuffer(bytes), problem ?? "", output];
        const [, handed] = (await this.#queue.connection.act("endJob", how)) as [number, Handed];
        await this.#queue.hand(handed);
        return await this.#queue.connection.use(leave);
      } catch (error) {
        this.#service.troubled(error as Error);
        if (this.#abandoned) return null;
        await sleep(LOOK_AGAIN);
      }
    }
  }

  /** Gives what it takes in its place, where there is but one line to take from, and room. */
  async #leave(line: Line, lent: Lent): Promise<Lent | null> {
    if (!this.#draining && this.#heads.count === 1 && this.#room >= 0) return line.doneFor(lent);
    await line.done(lent);
    return null;
  }

  async drain(): Promise<void> {
    this.#draining = true;
    await this.#rested();
    await this.#close();
  }

  async idle(): Promise<void> {
    do {
      this.look();
      await this.#rested();
    } while (!this.#draining && this.#found);
  }

  async abandon(): Promise<void> {
    this.#draining = true;
    // What is being taken is given back with the rest.
    while (this.#looking) await sleep(1);
    this.#abandoned = true;
    const all = [...this.#running.values()];
    for (const { batch } of all) batch?.abandon();
    await Promise.all(all.map(running => this.#giveBack(running)));
    for (const { controller } of all) controller.abort(new Error("the worker ends"));
    await this.#close();
  }

  async #giveBack({ line, lent }: Running): Promise<void> {
    const { id, life, token } = lent;
    const given = await this.#queue.connection.act("giveBackJob", [id, life, token]);
    if (given === 1) return this.#queue.connection.use(() => line.giveBack(lent));
    const job = await this.#queue.job(id);
    if (given === 2 && job !== null) await this.#conclude(line, lent, cancelledEnd(job, job.cancelled ?? "cancelled"));
  }

  get #isBusy(): boolean {
    return this.#running.size + this.#between > 0 || this.#looking;
  }

  #rest(): void {
    if (this.#isBusy) return;
    for (const rested of this.#whenRested.splice(0)) rested();
  }

  async #rested(): Promise<void> {
    while (this.#isBusy) await new Promise<void>(resolve => this.#whenRested.push(resolve));
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#asking.close();
    await this.#heads.close();
    this.#closed();
  }
}
