import { parseDuration } from "../config/duration.ts";
import { TimeoutError, UnknownJobError } from "../errors.ts";
import { after } from "../run/clock.ts";
import { awaited } from "../run/waiter.ts";
import type { CallState, Job, WaitOptions } from "../task/types.ts";
import { called, outcomeIn } from "./outcome.ts";
import { hasEnded, type JobFacts, type Queue } from "./queue.ts";

const jobs = new WeakMap<object, StoredJob<unknown>>();

/** The job that an object is, or whose result it promises. */
export function jobOf(part: object): Job<unknown> | undefined {
  return part instanceof StoredJob ? part : jobs.get(part);
}

/** The handle of a job in a queue. */
export class StoredJob<T> implements Job<T> {
  readonly id: string;
  readonly #open: () => Promise<Queue>;

  constructor(id: string, open: () => Promise<Queue>) {
    this.id = id;
    this.#open = open;
  }

  result({ timeout }: WaitOptions = {}): Promise<T> {
    const ms = timeout === undefined ? null : parseDuration(timeout, `job ${this.id}.result({ timeout })`);
    const result = awaited(this.#result(ms, String(timeout)));
    // Who hands it on to another job has looked at it.
    if (ms === null) jobs.set(result, this);
    return result;
  }

  async #result(ms: number | null, shown: string): Promise<T> {
    const queue = await this.#open();
    const late = new AbortController();
    const stop = ms === null ? () => {} : after(ms, () => late.abort());
    const facts = this.#known(await queue.ended(this.id, late.signal).finally(stop), queue);
    if (!hasEnded(facts)) {
      throw new TimeoutError({
        what: `${called(facts.name, this.id)} had not ended after ${shown} (it is ${facts.state})`,
        hint: "It goes on; wait longer, or cancel it. While it is queued, look whether a worker serves its queue: heddle jobs show.",
      });
    }
    const bytes = await queue.outcome(this.id);
    if (bytes === null) throw new UnknownJobError({ id: this.id, place: queue.place });
    const outcome = outcomeIn(bytes, this.id);
    if (!outcome.ok) throw outcome.error;
    return outcome.value as T;
  }

  async state(): Promise<CallState> {
    const queue = await this.#open();
    return this.#known(await queue.facts(this.id), queue).state;
  }

  async cancel(reason = "cancel() was called"): Promise<boolean> {
    const queue = await this.#open();
    this.#known(await queue.facts(this.id), queue);
    return queue.cancel(this.id, reason);
  }

  #known(facts: JobFacts | null, queue: Queue): JobFacts {
    if (facts !== null) return facts;
    throw new UnknownJobError({ id: this.id, place: queue.place });
  }
}
