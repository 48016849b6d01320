/** Work that comes again and again. For use in transactions. */
import { nextTime } from "../cron.ts";
import type { NewJob, Schedule } from "../queue.ts";
import type { Tables } from "./tables.ts";

const INPUTS = "schedule:";

export class Timetable {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  schedule({ job, ...schedule }: Schedule): void {
    const { inputs, ...rest } = job;
    this.#tables.inputs.put(INPUTS + schedule.name, inputs as Buffer);
    this.#tables.schedules.put(schedule.name, JSON.stringify({ ...schedule, job: rest }));
  }

  unschedule(name: string): boolean {
    if (this.#tables.schedules.get(name) === undefined) return false;
    this.#tables.schedules.remove(name);
    this.#tables.inputs.remove(INPUTS + name);
    return true;
  }

  schedules(): Schedule[] {
    return [...this.#tables.schedules.getRange({})].map(({ key, value }) => {
      const { job, ...schedule } = JSON.parse(value) as Schedule;
      return { ...schedule, job: { ...job, inputs: new Uint8Array(this.#tables.inputs.get(INPUTS + key)!) } };
    });
  }

  /** When the first of them comes; null for never. */
  get next(): number | null {
    let next: number | null = null;
    for (const { value } of this.#tables.schedules.getRange({})) {
      const { next: time } = JSON.parse(value) as Schedule;
      if (time !== null && (next === null || time < next)) next = time;
    }
    return next;
  }

  /** Each whose time has come gives a job; times that passed while no worker was there give one together. */
  fire(enter: (job: NewJob) => void, now: number): void {
    if ((this.next ?? Number.POSITIVE_INFINITY) > now) return;
    for (const { job, ...schedule } of this.schedules()) {
      const { name, next } = schedule;
      if (next === null || next > now) continue;
      const idempotencyKey = `${INPUTS}${name} ${next}`;
      enter({ ...job, notBefore: 0, idempotencyKey, options: {}, restart: true, after: [] });
      this.schedule({ ...schedule, job, next: nextTime(schedule, now) });
    }
  }
}
