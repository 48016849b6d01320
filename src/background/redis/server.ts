import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { cancelledEnd, crashedEnd } from "../outcome.ts";
import { GivenBack, hasEnded, type JobEnd, type Service, type Serving } from "../queue.ts";
import type { News } from "./ears.ts";
import { type Head, type Lent, Line } from "./line.ts";
import type { Handed } from "./lines.ts";
import { asBuffer, type RedisQueue } from "./queue.ts";
import { FACTS, jobFrom, lineOf } from "./record.ts";

/** In milliseconds. What is told can get lost, and who should have handed on a job may have died. */
const LOOK_AGAIN = 1_000;
/** How often a job is begun again whose worker has died: it may be the cause after all. */
const MOST_LOSSES = 3;

interface Running {
  readonly line: Line;
  readonly lent: Lent;
  readonly controller: AbortController;
}

type Begun = readonly [
  verdict: Buffer,
  about?: Buffer | number,
  upstream?: readonly Buffer[],
  fields?: readonly (Buffer | null)[],
];

/** Takes jobs from the lines that it serves and has them executed, as many at once as its service says. */
export class Server implements Serving {
  readonly #queue: RedisQueue;
  readonly #service: Service;
  readonly #closed: () => void;
  readonly #id = randomBytes(8).toString("hex");
  readonly #served: ReadonlySet<string>;
  readonly #lines = new Map<string, Line>();
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
    this.#served = new Set(service.queues.flatMap(queue => service.tasks.map(task => lineOf({ queue, task }))));
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
      await this.#queue.connection.use(() => Promise.all([...this.#lines.values()].map(line => line.renew())));
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
        const room = this.#service.concurrency - this.#running.size - this.#between;
        if (room > 0) await this.#take(room);
      }
    } catch (error) {
      this.#service.troubled(error as Error);
    } finally {
      this.#looking = false;
      this.#rest();
    }
  }

  async #take(room: number): Promise<void> {
    await this.#chores();
    const next = await this.#next();
    const [best] = next;
    if (best === undefined) return;
    const equals = next.filter(({ head }) => head.rank === best.head.rank);
    // Of several lines, only what comes before the others; so it is looked at again, while there is room.
    const each = next.length === 1 ? room : equals.length === 1 ? 1 : Math.max(1, Math.floor(room / equals.length));
    const takers = equals
      .slice(0, room)
      .flatMap(({ line, head }) => Array.from({ length: Math.min(each, head.count) }, () => this.#takeOne(line)));
    if (!(await Promise.all(takers)).includes(true)) return;
    this.#found = true;
    this.#again = true;
  }

  /** What is to be seen to once a second. */
  async #chores(): Promise<void> {
    const now = Date.now();
    if (now < this.#choresAt) return;
    this.#choresAt = now + LOOK_AGAIN;
    if ((await this.#queue.sweep()) > 0) this.#found = true;
    await this.#queue.timetable.fire(now);
    const { connection, bull, where } = this.#queue;
    for (const name of await connection.use(client => client.smembers(`${connection.keys}lines`))) {
      if (!this.#served.has(name) || this.#lines.has(name)) continue;
      this.#lines.set(name, new Line(name, bull, connection, where.lease, this.#service.troubled));
    }
  }

  /** The lines in which something can start, the first first. */
  async #next(): Promise<{ readonly line: Line; readonly head: Head }[]> {
    const now = Date.now();
    const lines = [...this.#lines.values()];
    const heads = await this.#queue.connection.use(() => Promise.all(lines.map(line => line.head(now))));
    return heads
      .flatMap((head, i) => (head === null ? [] : [{ line: lines[i]!, head }]))
      .sort((one, other) => one.head.rank - other.head.rank);
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
      const about = [id, life, token, this.#service.name, MOST_LOSSES, ...FACTS];
      await this.#begun(line, lent, (await this.#queue.connection.act("beginJob", about, { bytes: true })) as Begun);
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
    else {
      const running = { line, lent, controller: new AbortController() };
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
    const next = await this.#record(lent, end, () => this.#leave(line, lent));
    if (next !== null) await this.#begin(line, next);
    this.#between -= 1;
    if (next === null) this.look();
    this.#rest();
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
    const room = this.#service.concurrency - this.#running.size - this.#between;
    if (!this.#draining && this.#lines.size === 1 && room >= 0) return line.doneFor(lent);
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
    await Promise.all(all.map(running => this.#giveBack(running)));
    for (const { controller } of all) controller.abort(new GivenBack());
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
    await Promise.all([...this.#lines.values()].map(line => line.close()));
    this.#closed();
  }
}
