/** Work that comes again and again: workers see to it, each that looks when its time has come. */
import { nextTime } from "../cron.ts";
import type { Schedule } from "../queue.ts";
import type { RedisQueue } from "./queue.ts";

interface Kept {
  /** As it is in Redis. */
  readonly text: string;
  readonly schedule: Schedule;
}

export class Timetable {
  readonly #queue: RedisQueue;

  constructor(queue: RedisQueue) {
    this.#queue = queue;
  }

  async schedule(schedule: Schedule): Promise<void> {
    await this.#queue.connection.use(client => client.hset(this.#key, schedule.name, textOf(schedule)));
  }

  async unschedule(name: string): Promise<boolean> {
    return (await this.#queue.connection.use(client => client.hdel(this.#key, name))) === 1;
  }

  async all(): Promise<readonly Kept[]> {
    const texts = await this.#queue.connection.use(client => client.hgetall(this.#key));
    return Object.values(texts).map(text => ({ text, schedule: scheduleIn(text) }));
  }

  /** Each whose time has come gives a job; times that passed while no worker was there give one together. */
  async fire(now: number): Promise<void> {
    for (const { text, schedule } of await this.all()) {
      const { name, job, next } = schedule;
      if (next === null || next > now) continue;
      const idempotencyKey = `schedule:${name} ${next}`;
      await this.#queue.add({ ...job, notBefore: 0, idempotencyKey, options: {}, restart: true, after: [] });
      const later = textOf({ ...schedule, next: nextTime(schedule, now) });
      // Another worker may have seen to it, and somebody may have changed it.
      await this.#queue.connection.act("reschedule", [name, text, later]);
    }
  }

  get #key(): string {
    return `${this.#queue.connection.keys}schedules`;
  }
}

function textOf({ job: { inputs, ...job }, ...schedule }: Schedule): string {
  return JSON.stringify({ ...schedule, job: { ...job, inputs: Buffer.from(inputs).toString("base64") } });
}

function scheduleIn(text: string): Schedule {
  const { job, ...schedule } = JSON.parse(text) as Schedule & { job: { inputs: string } };
  return { ...schedule, job: { ...job, inputs: new Uint8Array(Buffer.from(job.inputs, "base64")) } };
}
