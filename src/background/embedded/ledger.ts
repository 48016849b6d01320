/** What happens to jobs: entered, taken, ended, lost, cancelled, begun anew. For use in transactions. */

import { newJobId } from "../job-id.ts";
import { cancelledEnd, crashedEnd } from "../outcome.ts";
import {
  hasEnded,
  type JobEnd,
  type JobsWaiting,
  MOST_LOSSES,
  type NewJob,
  type PresentWorker,
  type Service,
  type TakenJob,
} from "../queue.ts";
import { News } from "./news.ts";
import { Shelves, type StoredJob } from "./shelves.ts";
import { pair, readyPart, shortened, type Tables, under } from "./tables.ts";
import { Timetable } from "./timetable.ts";

/** A job in the hands of a worker. */
export interface Taken extends TakenJob {
  readonly facts: StoredJob;
}

/** A worker, as the queue knows it. */
export interface Owner {
  readonly id: string;
  /** Where it listens. */
  readonly address: string;
}

export class Ledger {
  readonly #tables: Tables;
  readonly #shelves: Shelves;
  readonly timetable: Timetable;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#shelves = new Shelves(tables);
    this.timetable = new Timetable(tables);
  }

  /** What has happened since it was last asked, to be told to others once it is on the disk. */
  takeNews(): News {
    const { news } = this.#shelves;
    this.#shelves.news = new News();
    return news;
  }

  read(id: string): StoredJob | null {
    return this.#shelves.read(id);
  }

  /** Gives the id of the job, or of that which has its key. */
  enter(given: NewJob, now: number): string {
    const { jobs, keys, inputs, dependents } = this.#tables;
    const { inputs: bytes, idempotencyKey, task, name, queue, priority, notBefore, options, restart, after } = given;
    const key = idempotencyKey === null ? null : shortened(`${task} ${idempotencyKey}`);
    const known = key === null ? undefined : keys.get(key);
    if (known !== undefined && jobs.get(known) !== undefined) return known;
    const id = given.id ?? this.#newId(now);
    if (key !== null) keys.put(key, id);
    inputs.put(id, bytes as Buffer);
    for (const needed of after) dependents.put(pair(needed, id), "");
    // Field by field, as in Redis: to add so many to a spread object takes twenty times as long.
    const stored: StoredJob = {
      task,
      name,
      queue,
      priority,
      notBefore,
      options,
      restart,
      after,
      id,
      state: "pending",
      addedAt: now,
      startedAt: null,
      endedAt: null,
      attempts: 0,
      losses: 0,
      worker: null,
      problem: null,
      number: this.#count("jobs"),
      cancelled: null,
      life: 0,
      key,
    };
    this.#shelves.place(stored, now);
    return id;
  }

  /** Takes what comes next of what a worker serves, as much as it has room for. */
  take({ id, address }: Owner, { name, queues, tasks }: Service, room: number, now: number): Taken[] {
    // Somebody may have taken it for dead.
    if (this.#tables.ears.get(id) === undefined) this.#tables.ears.put(id, address);
    if (this.#tables.services.get(id) === undefined) this.arrive(id, { name, queues, tasks });
    this.#shelves.wake(now);
    this.timetable.fire(job => this.enter(job, now), now);
    const parts = queues.flatMap(queue => tasks.map(task => readyPart(queue, task)));
    const taken: Taken[] = [];
    while (taken.length < room) {
      const next = this.#shelves.first(parts);
      if (next === null) break;
      const job = this.#shelves.read(next.id)!;
      this.#tables.ready.remove(next.key);
      this.#tables.running.put(pair(id, job.id), "");
      const facts = this.#shelves.put({
        ...job,
        state: "running",
        startedAt: now,
        attempts: job.attempts + 1,
        worker: name,
      });
      const upstream = job.after.map(id => new Uint8Array(this.#tables.outcomes.get(id)!));
      taken.push({ facts, inputs: new Uint8Array(this.#tables.inputs.get(job.id)!), upstream });
    }
    return taken;
  }

  /** An attempt has ended; false if it does not count, as the job has ended already, or begun a new life. */
  end(owner: string, id: string, life: number, end: JobEnd, now: number): boolean {
    this.#tables.running.remove(pair(owner, id));
    const job = this.#shelves.read(id);
    if (job === null || hasEnded(job) || job.life !== life) return false;
    this.#shelves.leave(job);
    this.#shelves.conclude(job, end, now);
    return true;
  }

  /** What a worker has begun is begun anew by others, at no cost. */
  giveBack(owner: string, id: string, now: number): void {
    const { running } = this.#tables;
    if (running.get(pair(owner, id)) === undefined) return;
    running.remove(pair(owner, id));
    const job = this.#shelves.read(id);
    if (job === null || job.state !== "running") return;
    if (job.cancelled !== null) this.#shelves.conclude(job, cancelledEnd(job, job.cancelled), now);
    else this.#shelves.place(job, now);
  }

  /** Who listens serves this. */
  arrive(owner: string, { name, queues, tasks }: PresentWorker): void {
    this.#tables.services.put(owner, JSON.stringify({ name, queues, tasks }));
  }

  /** It listens no more. */
  leave(owner: string): void {
    this.#tables.ears.remove(owner);
    this.#tables.services.remove(owner);
  }

  waiting(): JobsWaiting[] {
    return [...this.#shelves.waiting()];
  }

  /** A worker has died: others take what it had. */
  lose(owner: string, now: number): void {
    this.leave(owner);
    for (const { key } of [...under(this.#tables.running, pair(owner, ""))]) {
      this.#tables.running.remove(key);
      const job = this.#shelves.read(key.slice(owner.length + 1));
      if (job === null || job.state !== "running") continue;
      const lost = { ...job, losses: job.losses + 1 };
      if (job.cancelled !== null) this.#shelves.conclude(lost, cancelledEnd(job, job.cancelled), now);
      else if (!job.restart || lost.losses > MOST_LOSSES)
        this.#shelves.conclude(lost, crashedEnd(job, lost.losses), now);
      else this.#shelves.place(lost, now);
    }
  }

  cancel(id: string, reason: string, now: number): boolean {
    const job = this.#shelves.read(id);
    if (job === null || hasEnded(job)) return false;
    if (job.state === "running") {
      this.#shelves.put({ ...job, cancelled: reason });
      this.#shelves.news.stopped.push(id);
    } else {
      this.#shelves.leave(job);
      this.#shelves.conclude(job, cancelledEnd(job, reason), now);
    }
    return true;
  }

  retry(id: string, now: number): boolean {
    const job = this.#shelves.read(id);
    if (job === null || !hasEnded(job) || job.state === "completed") return false;
    const anew = [job];
    for (let next = anew.pop(); next !== undefined; next = anew.pop()) {
      this.#beginAnew(next, now);
      // Those that ended as it did.
      for (const dependent of this.#shelves.dependents(next.id)) {
        if (dependent.state === "upstreamFailed") anew.push(dependent);
      }
    }
    return true;
  }

  #beginAnew(job: StoredJob, now: number): void {
    const { outcomes, outputs } = this.#tables;
    outcomes.remove(job.id);
    outputs.remove(job.id);
    const anew = { attempts: 0, losses: 0, endedAt: null, problem: null, cancelled: null, life: job.life + 1 };
    this.#shelves.place({ ...job, ...anew }, now);
  }

  /** Forgets a job that has ended, unless another still needs its result. */
  forget(id: string): boolean {
    const { jobs, inputs, outcomes, outputs, keys, missing } = this.#tables;
    const job = this.#shelves.read(id);
    if (job === null || !hasEnded(job)) return false;
    for (const dependent of this.#shelves.dependents(id)) if (!hasEnded(dependent)) return false;
    this.#shelves.forsake(job);
    for (const { key } of [...under(this.#tables.dependents, pair(id, ""))]) this.#tables.dependents.remove(key);
    jobs.remove(id);
    missing.remove(id);
    outputs.remove(id);
    inputs.remove(id);
    outcomes.remove(id);
    if (job.key !== null && keys.get(job.key) === id) keys.remove(job.key);
    return true;
  }

  /** Whether something can be taken now; else when that may change by itself, null for never. */
  glance({ queues, tasks }: Service, now: number): true | number | null {
    const parts = queues.flatMap(queue => tasks.map(task => readyPart(queue, task)));
    if (this.#shelves.first(parts) !== null) return true;
    let next: number | null = null;
    for (const { key } of this.#tables.due.getRange({ limit: 1 })) next = Number(key.split("|")[0]);
    const scheduled = this.timetable.next;
    if (scheduled !== null && (next === null || scheduled < next)) next = scheduled;
    return next !== null && next <= now ? true : next;
  }

  #newId(now: number): string {
    for (;;) {
      const id = newJobId(now);
      if (this.#tables.jobs.get(id) === undefined) return id;
    }
  }

  #count(name: string): number {
    const number = Number(this.#tables.numbers.get(name) ?? 0) + 1;
    this.#tables.numbers.put(name, String(number));
    return number;
  }
}
