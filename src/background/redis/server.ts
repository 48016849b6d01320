import { randomBytes } from "node:crypto";
import { cancelledEnd, crashedEnd } from "../outcome.ts";
import { GivenBack, type JobEnd, type Service, type Serving } from "../queue.ts";
import { Rest } from "../rest.ts";
import { Stop } from "../stop.ts";
import { Asking } from "./asking.ts";
import { Chores } from "./chores.ts";
import type { News } from "./ears.ts";
import { Heads, takings } from "./heads.ts";
import type { Lent, Line } from "./line.ts";
import type { RedisQueue } from "./queue.ts";
import { jobFrom, type RedisJob } from "./record.ts";
import { Renewals } from "./renewals.ts";
import { Served } from "./served.ts";
import { type Around, TakenBatch } from "./taken-batch.ts";
import { Told } from "./told.ts";
import { Turns } from "./turns.ts";
import { Unbegun, type Waiting } from "./unbegun.ts";
import { type Begun, placesBeside, type Running, roomBeside } from "./under-way.ts";

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
  readonly #told: Told;
  readonly #renewals: Renewals;
  /** What calls of runs need of it. */
  readonly #around: Around;
  readonly #running = new Map<string, Running>();
  readonly #rest = new Rest(() => this.#isBusy);
  /** How many are being taken, begun or passed on. */
  #taking = 0;
  readonly #unbegun = new Unbegun(waiting => void this.#passOn(waiting));
  /** How many have ended of which Redis does not know yet. */
  #between = 0;
  #count = 0;
  #looking = false;
  #looks: Promise<void> = Promise.resolve();
  #again = false;
  #found = false;
  #draining = false;
  #abandoned = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(queue: RedisQueue, service: Service, closed: () => void) {
    this.#queue = queue;
    this.#service = service;
    this.#closed = closed;
    this.#heads = new Heads(queue, new Served(service), error => this.#trouble(error));
    const troubled = (error: Error) => this.#trouble(error);
    this.#chores = new Chores(queue, this.#heads, troubled);
    this.#renewals = new Renewals(queue, this.#heads, this.#running, troubled);
    const { name: worker, concurrency, calls = null } = service;
    this.#told = new Told(queue, worker, troubled, () => this.#abandoned);
    this.#asking = new Asking(queue);
    this.#around = { queue, worker, service: calls, turns: new Turns(concurrency), asking: this.#asking, troubled };
  }

  open(): void {
    this.#queue.connection.client.on("close", this.#lost);
    this.#renewals.open();
    this.#timer = setInterval(() => this.look(), LOOK_AGAIN);
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
    for (const id of stopped) this.#renewals.look(id);
    // Another attempt was quicker: what this one gives would be dropped.
    for (const id of ended) this.#running.get(id)?.stop.tell(new Error("it has ended elsewhere"));
    if (isServed || fresh) this.look();
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
    return roomBeside(this.#running, this.#service.concurrency - this.#between - this.#taking - this.#unbegun.size);
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
    let jobs: readonly Lent[] = [];
    this.#taking += 1;
    try {
      jobs = await this.#queue.connection.use(() => line.take(`${this.#id}-${this.#count++}`));
    } finally {
      this.#taking -= 1;
    }
    await this.#beginAll(line, jobs);
    return jobs.length > 0;
  }

  #beginAll(line: Line, jobs: readonly Lent[]): Promise<unknown> {
    if (line.ofCalls) return Promise.all(jobs.map(lent => this.#begin({ line, lent })));
    this.#unbegun.add(line, jobs);
    return this.#beginMore();
  }

  /** Begins what has come, as far as there is room for it. */
  #beginMore(): Promise<unknown> {
    const begun: Promise<void>[] = [];
    const hasPlace = () => placesBeside(this.#running, this.#service.concurrency - this.#between - this.#taking) > 0;
    while (this.#unbegun.size > 0 && hasPlace()) begun.push(this.#begin(this.#unbegun.next()!));
    if (this.#draining) for (const waiting of this.#unbegun.clear()) begun.push(this.#passOn(waiting));
    this.#unbegun.wait();
    return Promise.all(begun);
  }

  #passOn(waiting: Waiting): Promise<void> {
    return this.#meanwhile(this.#told.pass(waiting));
  }

  #begin(waiting: Waiting): Promise<void> {
    return this.#meanwhile(this.#told.beginning(waiting).then(begun => begun && this.#begun(waiting, begun)));
  }

  async #meanwhile(work: Promise<unknown>): Promise<void> {
    this.#taking += 1;
    await work;
    this.#taking -= 1;
    // It may not have come to run at all.
    if (this.#unbegun.size > 0) await this.#beginMore();
    this.#rest.look();
  }

  async #begun(waiting: Waiting, begun: Begun): Promise<void> {
    const [verdict, detail, upstream = [], fields = []] = begun;
    const { line, lent } = waiting;
    const facts = jobFrom(
      lent.id,
      fields.map(field => field?.toString() ?? null),
    );
    const what = verdict.toString();
    if (what === "drop" || facts === null) await line.done(lent);
    else if (what === "cancelled") await this.#conclude(waiting, cancelledEnd(facts, String(detail)));
    else if (what === "crashed") await this.#conclude(waiting, crashedEnd(facts, Number(detail)));
    else if (line.ofCalls) void this.#executeCalls(waiting, facts, begun);
    else {
      const running = { line, lent, stop: new Stop(), batch: null };
      this.#running.set(lent.id, running);
      if (facts.cancelled !== null) running.stop.tell(new Error(facts.cancelled));
      void this.#execute(running, this.#queue.parcels.taken({ facts, inputs: detail as Buffer, upstream }));
    }
  }

  async #execute(running: Running, job: Parameters<Service["execute"]>[0]): Promise<void> {
    const { line, lent, stop } = running;
    const began = performance.now();
    const end = await this.#service.execute(job, stop);
    line.learn(began);
    if (this.#running.get(lent.id) === running) this.#running.delete(lent.id);
    if (this.#abandoned) return;
    this.#between += 1;
    await this.#goOn(line, (await this.#told.end(lent, end, () => this.#leave(line, lent))) ?? []);
  }

  async #goOn(line: Line, next: readonly Lent[]): Promise<void> {
    this.#between -= 1;
    await this.#beginAll(line, next);
    if (next.length === 0) this.look();
    this.#rest.look();
  }

  async #executeCalls({ line, lent }: Waiting, job: RedisJob, [verdict, bytes, ended = []]: Begun): Promise<void> {
    const batch = new TakenBatch(this.#around, job);
    const running = { line, lent, stop: new Stop(), batch };
    this.#running.set(lent.id, running);
    running.stop.hear(({ message }) => batch.abort(message));
    line.holds(Number(job.options["count"]));
    await batch.execute(verdict.toString(), bytes as Buffer, ended);
    if (this.#running.get(lent.id) === running) this.#running.delete(lent.id);
    if (this.#abandoned) return;
    this.#between += 1;
    await this.#goOn(line, await this.#queue.connection.use(() => this.#leave(line, lent)).catch(() => []));
  }

  /** It ends without being run. */
  async #conclude({ line, lent }: Waiting, end: JobEnd): Promise<void> {
    await this.#told.end(lent, end, () => line.done(lent));
  }

  /** Gives what it takes in its place, where there is nothing in other lines, and room. */
  async #leave(line: Line, lent: Lent): Promise<readonly Lent[]> {
    if (!this.#draining && this.#heads.hasOnly(line) && this.#room >= 0) return line.doneFor(lent);
    return line.done(lent).then(() => []);
  }

  async drain(): Promise<void> {
    this.#draining = true;
    for (const waiting of this.#unbegun.clear()) void this.#passOn(waiting);
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
    const unbegun = this.#unbegun.clear().map(({ line, lent }) => line.giveBack(lent));
    const all = [...this.#running.values()];
    await this.#queue.connection.unlessAway(Promise.allSettled(all.map(({ batch }) => batch?.abandon())));
    await this.#queue.connection.unlessAway(Promise.all([...unbegun, ...all.map(each => this.#giveBack(each))]));
    for (const { stop } of all) stop.tell(new GivenBack());
    await this.#close();
  }

  async #giveBack(running: Running): Promise<void> {
    const cancelled = await this.#told.giveBack(running);
    if (cancelled !== null) await this.#conclude(running, cancelled);
  }

  /** Who drains does not wait for a Redis that is away before it takes what it will not run. */
  get #isBusy(): boolean {
    const isTaking = this.#looking || this.#taking + this.#unbegun.size > 0;
    if (this.#running.size + this.#between > 0) return true;
    return isTaking && !(this.#draining && !this.#queue.connection.isThere);
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.#renewals.close();
    this.#queue.connection.client.off("close", this.#lost);
    this.#asking.close();
    await this.#queue.connection.unlessAway(this.#chores.close());
    await this.#queue.connection.unlessAway(this.#heads.close());
    this.#closed();
  }
}
