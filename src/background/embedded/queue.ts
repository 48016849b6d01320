/** The queue in the store's folder: no server, and any number of processes of one machine. */
import { rmSync } from "node:fs";
import { Batch, type How } from "../../store/batch.ts";
import { reach } from "../../store/owners/wire.ts";
import {
  hasEnded,
  type JobFacts,
  type JobFilter,
  type JobsWaiting,
  type NewJob,
  type PresentWorker,
  type Queue,
  type Schedule,
  type Service,
  type Serving,
  type Standing,
} from "../queue.ts";
import { Waiting } from "../waiting.ts";
import { Bell } from "./bell.ts";
import { queueError } from "./failures.ts";
import { Held } from "./held.ts";
import { Ledger, type Owner } from "./ledger.ts";
import { News } from "./news.ts";
import { Server } from "./server.ts";
import { jobIn } from "./shelves.ts";
import { openTables, type Tables } from "./tables.ts";

export class EmbeddedQueue implements Queue {
  readonly place: string;
  readonly #tables: Tables;
  readonly #batch: Batch;
  readonly #held: Held;
  readonly #bell: Bell;
  readonly #waiting: Waiting;
  readonly #servers = new Set<Server>();
  readonly ledger: Ledger;
  #news = new News();
  #rung: Promise<void> | null = null;

  /** @throws StoreError */
  static open(folder: string): EmbeddedQueue {
    return new EmbeddedQueue(folder, openTables(folder));
  }

  private constructor(folder: string, tables: Tables) {
    this.place = folder;
    this.#tables = tables;
    // A commit under way gathers what comes meanwhile.
    this.#batch = new Batch(tables, folder, error => queueError(folder, error), 0);
    this.#held = new Held(folder);
    this.ledger = new Ledger(tables);
    this.#waiting = new Waiting(this, async () => {
      await this.listen();
      return true;
    });
    this.#bell = new Bell(folder, tables.ears, {
      heard: news => this.#hear(news),
      died: id => this.#bury(id),
    });
  }

  add(job: NewJob): Promise<string> {
    return this.commit(ledger => ledger.enter(job, Date.now()), { bytes: job.inputs.byteLength });
  }

  async facts(id: string): Promise<JobFacts | null> {
    return this.#look(id);
  }

  async over(ids: readonly string[]): Promise<readonly string[]> {
    return ids.filter(id => {
      const facts = this.#look(id);
      return facts === null || hasEnded(facts);
    });
  }

  async inputsOf(id: string): Promise<Uint8Array | null> {
    return this.#read(() => copied(this.#tables.inputs.get(id)));
  }

  async outcome(id: string): Promise<Uint8Array | null> {
    return this.#read(() => copied(this.#tables.outcomes.get(id)));
  }

  async outputOf(id: string): Promise<string> {
    return this.#read(() => this.#tables.outputs.get(id) ?? "");
  }

  async standing(id: string): Promise<Standing | null> {
    const facts = this.#look(id);
    if (facts === null) return null;
    if (!hasEnded(facts)) return { name: facts.name, outcome: null };
    const outcome = await this.outcome(id);
    return outcome === null ? null : { name: facts.name, outcome };
  }

  ended(id: string, signal: AbortSignal | null): Promise<Standing | null> {
    return this.#waiting.until(id, signal);
  }

  cancel(id: string, reason: string): Promise<boolean> {
    return this.commit(ledger => ledger.cancel(id, reason, Date.now()));
  }

  retry(id: string): Promise<boolean> {
    return this.commit(ledger => ledger.retry(id, Date.now()));
  }

  async list({ states, queue, task, limit = Number.POSITIVE_INFINITY }: JobFilter): Promise<readonly JobFacts[]> {
    return this.#read(() => {
      const found: JobFacts[] = [];
      for (const { key, value } of this.#tables.jobs.getRange({ reverse: true })) {
        if (found.length >= limit) break;
        const job = jobIn(key, value);
        if (states !== undefined && !states.includes(job.state)) continue;
        if (queue !== undefined && job.queue !== queue) continue;
        if (task !== undefined && job.name !== task && job.task !== task) continue;
        found.push(job);
      }
      return found;
    });
  }

  async forget(before: number): Promise<number> {
    const old: string[] = [];
    this.#read(() => {
      for (const { key, value } of this.#tables.jobs.getRange({})) {
        const { endedAt } = jobIn(key, value);
        if (endedAt !== null && endedAt < before) old.push(key);
      }
    });
    if (old.length === 0) return 0;
    return this.commit(ledger => old.filter(id => ledger.forget(id)).length, { frees: true });
  }

  async serve(service: Service): Promise<Serving> {
    const owner = await this.listen();
    const server = new Server(this, owner, service, () => this.#servers.delete(server));
    this.#servers.add(server);
    await this.commit(ledger => ledger.arrive(owner.id, service));
    await server.open();
    return server;
  }

  async waiting(): Promise<readonly JobsWaiting[]> {
    return this.#read(() => this.ledger.waiting());
  }

  async workers(): Promise<readonly PresentWorker[]> {
    const { ears, services } = this.#tables;
    const entered = this.#read(() =>
      [...services.getRange({})].map(({ key, value }) => ({ ear: ears.get(key), value })),
    );
    const found = entered.map(async ({ ear, value }) => {
      const socket = ear === undefined ? null : await reach(ear);
      socket?.destroy();
      return socket === null ? [] : [JSON.parse(value) as PresentWorker];
    });
    return (await Promise.all(found)).flat();
  }

  async schedule(schedule: Schedule): Promise<void> {
    await this.commit(ledger => ledger.timetable.schedule(schedule));
    await this.#bell.ring(Object.assign(new News(), { queued: true }));
  }

  unschedule(name: string): Promise<boolean> {
    return this.commit(ledger => ledger.timetable.unschedule(name));
  }

  async schedules(): Promise<readonly Schedule[]> {
    return this.#read(() => this.ledger.timetable.schedules());
  }

  /** Changes something, with what others change at the moment; resolves when it is on the disk, and others know. */
  async commit<R>(act: (ledger: Ledger) => R, how: How = {}): Promise<R> {
    const committed = this.#batch.alone(() => {
      const result = act(this.ledger);
      return { result, news: this.ledger.takeNews() };
    }, how);
    const { result, news } = await this.#held.while(committed);
    if (!news.isEmpty) await this.#spread(news);
    return result;
  }

  /** Whether a worker can take something, as `Ledger.glance` says it. */
  glance(service: Service): true | number | null {
    return this.#read(() => {
      this.#bell.meet();
      return this.ledger.glance(service, Date.now());
    });
  }

  /** What was committed together is told together. */
  #spread(news: News): Promise<void> {
    this.#news.add(news);
    this.#rung ??= Promise.resolve().then(() => {
      const all = this.#news;
      this.#news = new News();
      this.#rung = null;
      this.#hear(all);
      this.#tables.root.resetReadTxn();
      return this.#bell.ring(all);
    });
    return this.#rung;
  }

  #hear(news: News): void {
    this.#waiting.hear(news.ended);
    for (const server of this.#servers) server.hear(news);
  }

  #look(id: string): JobFacts | null {
    return this.#read(() => this.ledger.read(id));
  }

  /** What is on the disk now. */
  #read<R>(look: () => R): R {
    try {
      this.#tables.root.resetReadTxn();
      return look();
    } catch (error) {
      throw queueError(this.place, error);
    }
  }

  /** Resolves when what dead workers had stands in the queue again. */
  met(): Promise<void> {
    return this.#bell.met();
  }

  listen(): Promise<Owner> {
    return this.#bell.listen(({ id, address }) =>
      this.commit(() => {
        this.#tables.ears.put(id, address);
      }),
    );
  }

  async #bury(id: string): Promise<void> {
    const address = this.#tables.ears.get(id);
    try {
      await this.commit(ledger => ledger.lose(id, Date.now()));
      if (address !== undefined) rmSync(address, { force: true });
    } catch (error) {
      for (const server of this.#servers) server.troubled(error as Error);
    }
  }

  async close(): Promise<void> {
    for (const server of [...this.#servers]) await server.drain();
    this.#waiting.close();
    const me = await this.#bell.leave();
    if (me !== null) {
      await this.commit(ledger => ledger.leave(me.id));
    }
    await this.#bell.close();
    await this.#batch.settled();
    this.#batch.close();
    await this.#tables.root.close();
    await this.#tables.gate.close();
  }
}

function copied(bytes: Buffer | undefined): Uint8Array | null {
  return bytes === undefined ? null : new Uint8Array(bytes);
}
