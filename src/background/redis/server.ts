import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { cancelledEnd, crashedEnd } from "../outcome.ts";
import { GivenBack, hasEnded, type JobEnd, MOST_LOSSES, type Service, type Serving } from "../queue.ts";
import { Rest } from "../rest.ts";
import { Asking } from "./asking.ts";
import { Chores } from "./chores.ts";
import type { News } from "./ears.ts";
import { Heads, takings } from "./heads.ts";
import type { Lent, Line } from "./line.ts";
import type { Handed } from "./lines.ts";
import { asBuffer, type RedisQueue } from "./queue.ts";
import { FACTS, jobFrom, type RedisJob } from "./record.ts";
import { Served } from "./served.ts";
import { type Around, TakenBatch } from "./taken-batch.ts";
import { Turns } from "./turns.ts";
import { type Begun, type Running, roomBeside } from "./under-way.ts";

/** In milliseconds. What is told can get lost, and who should have handed on a job may have died. */
const LOOK_AGAIN = 1_000;

/** Takes jobs from the lines that it serves and has them executed, as many at once as its service says. */
export class Server implements Serving {
  readonly #queue: RedisQueue;
  readonly #service: Service;
  readonly #closed: () => void;
  readonly #id = randomBytes(8).toString("hex");
  readonly #heads: Heads;
  readonly #chores: Chores;
  readonly #asking: Asking;
  /** What calls of runs need of it. */
  readonly #around: Around;
  readonly #running = new Map<string, Running>();
  readonly #rest = new Rest(() => this.#isBusy);
  /** How many are being taken. */
  #taking = 0;
  /** How many have ended of which Redis does not know yet. */
  #between = 0;
  #count = 0;
  #looking = false;
  #looks: Promise<void> = Promise.resolve();
  #again = false;
  #found = false;
  #draining = false;
  #abandoned = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(queue: RedisQueue, service: Service, closed: () => void) {
    this.#queue = queue;
    this.#service = service;
    this.#closed = closed;
    this.#heads = new Heads(queue, new Served(service), error => this.#trouble(error));
    const troubled = (error: Error) => this.#trouble(error);
    this.#chores = new Chores(queue, this.#heads, troubled);
    const { name: worker, concurrency, calls = null } = service;
    this.#asking = new Asking(queue);
    this.#around = { queue, worker, service: calls, turns: new Turns(concurrency), asking: this.#asking, troubled };
  }

  open(): void {
    this.#queue.connection.client.on("close", this.#lost);
    this.#timers.push(setInterval(() => this.look(), LOOK_AGAIN));
    this.#timers.push(setInterval(() => void this.#renew(), this.#queue.where.lease / 3));
    this.look();
  }

  readonly #lost = () => this.#rest.look();

  /** That the server is away is told by the connection, once. */
  #trouble(error: Error): void {
    if (this.#queue.connection.isThere && !("syscall" in error)) this.#service.troubled(error);
  }

  hear({ queued = [], fresh = false, ended = [], stopped = [] }: News): void {
    if (fresh) this.#chores.hurry();
    const isServed = this.#heads.hear(queued);
    for (const id of stopped) void this.#check(id).catch(error => this.#trouble(error));
    // Another attempt was quicker: what this one gives would be dropped.
    for (const id of ended) this.#running.get(id)?.controller.abort(new Error("it has ended elsewhere"));
    if (isServed || fresh) this.look();
  }

  /** The lease is kept by the main thread: what computes belongs on others. */
  async #renew(): Promise<void> {
    if (!this.#queue.connection.isThere) return;
    try {
      await this.#heads.renew();
      for (const id of this.#running.keys()) await this.#check(id);
    } catch (error) {
      this.#trouble(error as Error);
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
    if (!this.#looking) this.#looks = this.#lookOn();
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
      this.#trouble(error as Error);
    } finally {
      this.#looking = false;
      this.#rest.look();
    }
  }

  /** How many more it takes. */
  get #room(): number {
    return roomBeside(this.#running.values(), this.#service.concurrency - this.#between - this.#taking);
  }

  async #take(room: number): Promise<void> {
    if (await this.#chores.see()) this.#found = true;
    const takers = takings(await this.#heads.next(), room).map(line => this.#takeOne(line));
    if (!(await Promise.all(takers)).includes(true)) return;
    this.#found = true;
    this.#again = true;
  }

  /** Gives whether there was one. */
  async #takeOne(line: Line): Promise<boolean> {
    this.#taking += 1;
    try {
      const lent = await this.#queue.connection.use(() => line.take(`${this.#id}-${this.#count++}`));
      if (lent !== null) await this.#begin(line, lent);
      return lent !== null;
    } finally {
      this.#taking -= 1;
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
      this.#trouble(error as Error);
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
      void this.#execute(running, this.#queue.parcels.taken({ facts, inputs: detail as Buffer, upstream }));
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
    this.#rest.look();
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
    { state, bytes, problem, output, blob = "" }: JobEnd,
    leave: () => Promise<R>,
  ): Promise<R | null> {
    for (;;) {
      try {
        const how = [id, life, state, asBuffer(bytes), problem ?? "", output, blob];
        const [, handed] = (await this.#queue.connection.act("endJob", how)) as [number, Handed];
        await this.#queue.hand(handed);
        return await this.#queue.connection.use(leave);
      } catch (error) {
        this.#trouble(error as Error);
        if (this.#abandoned) return null;
        await sleep(LOOK_AGAIN);
      }
    }
  }

  /** Gives what it takes in its place, where there is nothing in other lines, and room. */
  async #leave(line: Line, lent: Lent): Promise<Lent | null> {
    if (!this.#draining && this.#heads.hasOnly(line) && this.#room >= 0) return line.doneFor(lent);
    await line.done(lent);
    return null;
  }

  async drain(): Promise<void> {
    this.#draining = true;
    await this.#rest.come();
    await this.#close();
  }

  async idle(): Promise<void> {
    do {
      this.#heads.hurry();
      this.look();
      await this.#rest.come();
    } while (!this.#draining && this.#found);
  }

  async abandon(): Promise<void> {
    this.#draining = true;
    // What is being taken is given back with the rest. If Redis does not answer, the end of the leases gives it back.
    await this.#queue.connection.unlessAway(this.#looks);
    this.#abandoned = true;
    const all = [...this.#running.values()];
    for (const { batch } of all) batch?.abandon();
    await this.#queue.connection.unlessAway(Promise.all(all.map(each => this.#giveBack(each))));
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

  /** Who drains does not wait for a Redis that is away before it takes what it will not run. */
  get #isBusy(): boolean {
    const isTaking = this.#looking || this.#taking > 0;
    if (this.#running.size + this.#between > 0) return true;
    return isTaking && !(this.#draining && !this.#queue.connection.isThere);
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#queue.connection.client.off("close", this.#lost);
    this.#asking.close();
    await this.#queue.connection.unlessAway(this.#chores.close());
    await this.#queue.connection.unlessAway(this.#heads.close());
    this.#closed();
  }
}
