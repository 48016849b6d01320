/** Where jobs stand: waiting for others, for their time, for a worker, or ended. For use in transactions. */
import { upstreamEnd } from "../outcome.ts";
import { hasEnded, type JobEnd, type JobFacts, type JobsWaiting, MOST_COUNTED } from "../queue.ts";
import { News } from "./news.ts";
import { dueKey, pair, readyPart, readyPlace, type Tables, timeText, under } from "./tables.ts";

/** A job as it is kept. */
export interface StoredJob extends JobFacts {
  /** Its place among those of its priority. */
  readonly number: number;
  /** Why it is to be cancelled, while a worker has it. */
  readonly cancelled: string | null;
  /** Raised when it begins anew, so that attempts of before do not count. */
  readonly life: number;
  readonly key: string | null;
}

/** LMDB's own word for pages that are damaged. */
const CORRUPTED = -30796;

/** @throws Error as LMDB does, for a record that is not as it was written. */
export function jobIn(id: string, text: string): StoredJob {
  try {
    return JSON.parse(text) as StoredJob;
  } catch (cause) {
    throw Object.assign(new Error(`the record of job ${id} cannot be read`, { cause }), { code: CORRUPTED });
  }
}

export class Shelves {
  readonly #tables: Tables;
  /** Who has to hear of what has been done since it was last taken. */
  news = new News();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  read(id: string): StoredJob | null {
    const text = this.#tables.jobs.get(id);
    return text === undefined ? null : jobIn(id, text);
  }

  /** Puts a job where it waits: for others, for its time, or for a worker. */
  place(job: StoredJob, now: number): void {
    const { outcomes, missing } = this.#tables;
    let count = 0;
    for (const needed of new Set(job.after)) {
      const upstream = this.read(needed);
      if (upstream?.state === "completed") continue;
      if (upstream === null || hasEnded(upstream)) {
        const named = upstream ?? { name: "a job", id: needed };
        this.conclude(job, upstreamEnd(job, named, outcomes.get(needed)), now);
        return;
      }
      count += 1;
    }
    if (count === 0) {
      missing.remove(job.id);
      this.#stand(job, now);
    } else {
      missing.put(job.id, String(count));
      this.put({ ...job, state: "pending", startedAt: null });
    }
  }

  /** It has all that it needs, and waits for its time, or for a worker. */
  #stand(job: StoredJob, now: number): void {
    const { ready, due } = this.#tables;
    const waits = job.notBefore > now;
    this.put({ ...job, state: waits ? "pending" : "queued", startedAt: null });
    if (waits) due.put(dueKey(job.notBefore, job.id), "");
    else ready.put(readyKey(job), job.id);
    this.news.queued = true;
  }

  /** One that it needs has ended well. It is counted, as it may need thousands. */
  #arrived(id: string, now: number): void {
    const { missing } = this.#tables;
    const left = Number(missing.get(id) ?? 0) - 1;
    if (left > 0) missing.put(id, String(left));
    if (left !== 0) return;
    missing.remove(id);
    const job = this.read(id);
    if (job !== null && !hasEnded(job)) this.#stand(job, now);
  }

  /** Takes a job from where it waits. */
  leave(job: StoredJob): void {
    if (job.state === "queued") this.#tables.ready.remove(readyKey(job));
    else if (job.state === "pending") this.#tables.due.remove(dueKey(job.notBefore, job.id));
  }

  conclude(first: StoredJob, how: JobEnd, now: number): void {
    const ends: { job: StoredJob; end: JobEnd }[] = [{ job: first, end: how }];
    for (let next = ends.pop(); next !== undefined; next = ends.pop()) {
      const { job, end } = next;
      this.put({ ...job, state: end.state, endedAt: now, problem: end.problem, cancelled: null });
      this.#tables.outcomes.put(job.id, end.bytes as Buffer);
      if (end.output !== "") this.#tables.outputs.put(job.id, end.output);
      this.news.ended.push(job.id);
      // One that ended badly may begin anew with what it needs.
      if (end.state === "completed") {
        this.forsake(job);
        for (const id of this.#dependentsOf(job.id)) this.#arrived(id, now);
        continue;
      }
      for (const dependent of this.dependents(job.id)) {
        if (!hasEnded(dependent)) ends.push({ job: dependent, end: upstreamEnd(dependent, job, end.bytes) });
      }
    }
  }

  /** It needs what it needed no more. */
  forsake(job: StoredJob): void {
    for (const needed of job.after) this.#tables.dependents.remove(pair(needed, job.id));
  }

  /** Those that need its result. */
  *dependents(id: string): Generator<StoredJob> {
    for (const other of this.#dependentsOf(id)) {
      const dependent = this.read(other);
      if (dependent !== null) yield dependent;
    }
  }

  #dependentsOf(id: string): string[] {
    return [...under(this.#tables.dependents, pair(id, ""))].map(({ key }) => key.slice(id.length + 1));
  }

  /** What has waited for its time can start. */
  wake(now: number): void {
    const { due } = this.#tables;
    for (const { key } of [...due.getRange({ end: `${timeText(now)}~` })]) {
      due.remove(key);
      const job = this.read(key.slice(key.indexOf("|") + 1));
      if (job !== null && job.state === "pending") this.place(job, now);
    }
  }

  first(parts: readonly string[]): { readonly key: string; readonly id: string } | null {
    let best: { place: string; key: string; id: string } | null = null;
    for (const part of parts) {
      for (const { key, value } of this.#tables.ready.getRange({ start: part, end: `${part}~`, limit: 1 })) {
        const place = key.slice(part.length);
        if (best === null || place < best.place) best = { place, key, id: value };
      }
    }
    return best;
  }

  /** What is ready, for each task of each queue: the jobs between are not read. */
  *waiting(): Generator<JobsWaiting> {
    const { ready } = this.#tables;
    let start = "";
    for (;;) {
      const [first] = [...ready.getRange({ start, limit: 1 })];
      if (first === undefined) return;
      const part = first.key.slice(0, first.key.lastIndexOf("|") + 1);
      start = `${part}~`;
      const count = [...ready.getKeys({ start: part, end: start, limit: MOST_COUNTED })].length;
      const job = this.read(first.value);
      if (job !== null) yield { queue: job.queue, task: job.task, count };
    }
  }

  put(job: StoredJob): StoredJob {
    this.#tables.jobs.put(job.id, JSON.stringify(job));
    return job;
  }
}

function readyKey({ queue, task, priority, number }: StoredJob): string {
  return readyPart(queue, task) + readyPlace(priority, number);
}
