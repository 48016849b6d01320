import { parseDuration } from "../config/duration.ts";
import { checkKeys } from "../config/nearest.ts";
import { TimeoutError, UnknownJobError } from "../errors.ts";
import { after } from "../run/clock.ts";
import { awaited } from "../run/waiter.ts";
import type { CallState, Job, WaitOptions } from "../task/types.ts";
import { Caller } from "./caller.ts";
import { called, outcomeIn } from "./outcome.ts";
import type { Queue, Standing } from "./queue.ts";

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

  result(options: WaitOptions = {}): Promise<T> {
    const where = `job ${this.id}.result(…)`;
    checkKeys(options, ["timeout"], where);
    const { timeout } = options;
    const ms = timeout === undefined ? null : parseDuration(timeout, `job ${this.id}.result({ timeout })`);
    const result = awaited(new Caller().tell(this.#result(ms, String(timeout))));
    // Who hands it on to another job has looked at it.
    if (ms === null) jobs.set(result, this);
    return result;
  }

  async #result(ms: number | null, shown: string): Promise<T> {
    const queue = await this.#open();
    const { name, outcome: bytes } = this.#known(await this.#ended(queue, ms), queue);
    if (bytes === null) {
      const { state } = this.#known(await queue.facts(this.id), queue);
      throw new TimeoutError({
        what: `${called(name, this.id)} had not ended after ${shown} (it is ${state})`,
        hint: "It goes on; wait longer, or cancel it. While it is queued, look whether a worker serves its queue: heddle jobs show.",
      });
    }
    const outcome = outcomeIn(bytes, this.id);
    if (!outcome.ok) throw outcome.error;
    return outcome.value as T;
  }

  #ended(queue: Queue, ms: number | null): Promise<Standing | null> {
    if (ms === null) return queue.ended(this.id, null);
    const late = new AbortController();
    return queue.ended(this.id, late.signal).finally(after(ms, () => late.abort()));
  }

  state(): Promise<CallState> {
    return new Caller().tell(this.#state());
  }

  async #state(): Promise<CallState> {
    const queue = await this.#open();
    return this.#known(await queue.facts(this.id), queue).state;
  }

  cancel(reason = "cancel() was called"): Promise<boolean> {
    return new Caller().tell(this.#cancel(reason));
  }

  async #cancel(reason: string): Promise<boolean> {
    const queue = await this.#open();
    this.#known(await queue.facts(this.id), queue);
    return queue.cancel(this.id, reason);
  }

  toString(): string {
    return `job ${this.id}`;
  }

  #known<T>(found: T | null, queue: Queue): T {
    if (found !== null) return found;
    throw new UnknownJobError({ id: this.id, place: queue.place });
  }
}
