/** Hands jobs to BullMQ, which gives them to workers: each task of a queue has a line of its own there. */
import type { Queue as BullQueue } from "bullmq";
import { type JobsWaiting, MOST_COUNTED } from "../queue.ts";
import type { Connection } from "./connection.ts";
import { together } from "./pace.ts";
import { countIn, deliveryOf, deliveryOfMany, type Given, lineIn, lineOf, rankOf } from "./record.ts";

/** In fours: an id, a life, what was given, and how long such jobs take. */
export type Handed = readonly (string | null)[];

const PAGE = 1_000;
const FOUR = 4;

type BullJob = Parameters<BullQueue["addBulk"]>[0][number];

interface Standing {
  readonly id: string;
  readonly life: string;
  readonly given: Given;
  /** How many of them are one for BullMQ. */
  readonly together: number;
}

export class Lines {
  readonly #connection: Connection;
  readonly #bull: typeof import("bullmq");
  readonly #lines = new Map<string, BullQueue>();
  #waiting = new Map<string, Standing[]>();
  #going: Promise<void> | null = null;
  #clearing: Promise<unknown> | null = null;

  constructor(connection: Connection, bull: typeof import("bullmq")) {
    this.#connection = connection;
    this.#bull = bull;
  }

  /** Resolves when BullMQ has them. Handing over what it has already does no harm. `alone`: each by itself. */
  async hand(handed: Handed, alone: boolean): Promise<void> {
    const deliveries: Promise<void>[] = [];
    for (let i = 0; i < handed.length; i += FOUR) {
      const [id, life, text, pace] = handed.slice(i, i + FOUR);
      if (typeof id !== "string" || typeof life !== "string" || typeof text !== "string") continue;
      const given = JSON.parse(text) as Given;
      deliveries.push(this.#deliver({ id, life, given, together: alone ? 1 : together(pace ?? "") }));
    }
    await Promise.all(deliveries);
  }

  /** What comes in one turn goes to a line together. */
  #deliver(one: Standing): Promise<void> {
    const line = lineOf(one.given);
    const waiting = this.#waiting.get(line);
    if (waiting === undefined) this.#waiting.set(line, [one]);
    else waiting.push(one);
    this.#going ??= Promise.resolve().then(() => this.#go());
    return this.#going;
  }

  async #go(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    this.#going = null;
    await Promise.all(Array.from(waiting, ([line, all]) => this.#goTo(line, all)));
  }

  async #goTo(line: string, all: readonly Standing[]): Promise<void> {
    const jobs = deliveries(all);
    await again(() => this.#line(line).addBulk(jobs));
    // What stays in the outbox is handed over once more, which does nothing.
    const ids = all.map(({ id }) => id);
    for (let at = 0; at < ids.length; at += PAGE) {
      this.#clearing = this.#connection.act("arriveJobs", [line, ...ids.slice(at, at + PAGE)]).catch(() => {});
    }
  }

  #line(name: string): BullQueue {
    let line = this.#lines.get(name);
    if (line === undefined) {
      const { client: connection, prefix } = this.#connection;
      line = new this.#bull.Queue(name, { connection, prefix, skipVersionCheck: true });
      line.on("error", () => {});
      this.#lines.set(name, line);
    }
    return line;
  }

  /** Removes a job that will not be run. */
  async drop(id: string, life: number, given: Given): Promise<void> {
    await this.#line(lineOf(given))
      .remove(deliveryOf(id, life))
      .catch(() => {});
  }

  /** What stands in them. */
  async waiting(): Promise<JobsWaiting[]> {
    const { client, keys } = this.#connection;
    const found = (await client.smembers(`${keys}lines`)).map(async name => {
      const line = this.#line(name);
      const [ranked, plain] = await Promise.all([
        client.zrange(line.toKey("prioritized"), 0, String(MOST_COUNTED - 1)),
        client.lrange(line.toKey("wait"), 0, MOST_COUNTED - 1),
      ]);
      const count = [...ranked, ...plain].reduce((sum, delivery) => sum + countIn(delivery), 0);
      return { ...lineIn(name), count: Math.min(count, MOST_COUNTED) };
    });
    return (await Promise.all(found)).filter(({ count }) => count > 0);
  }

  async close(): Promise<void> {
    await this.#clearing;
    for (const line of this.#lines.values()) await line.close();
  }
}

/** Short jobs that come one behind the other are one for BullMQ, as it costs more than they do. */
function deliveries(all: readonly Standing[]): BullJob[] {
  const jobs: BullJob[] = [];
  for (let at = 0; at < all.length; ) {
    const first = all[at]!;
    const { name, priority, notBefore } = first.given;
    const delay = Math.max(0, notBefore - Date.now());
    let end = at + 1;
    const fits = ({ given }: Standing) => given.priority === priority && given.notBefore <= Date.now();
    if (delay === 0) while (end < all.length && end - at < first.together && fits(all[end]!)) end++;
    const count = end - at;
    const many = count === 1 ? null : all.slice(at, end).map(({ id, life }) => [id, life]);
    const jobId = many === null ? deliveryOf(first.id, first.life) : deliveryOfMany(first.id, first.life, count);
    const how = { jobId, priority: rankOf(priority), removeOnComplete: true, removeOnFail: true };
    jobs.push({ name, data: many, opts: { ...how, ...(delay > 0 && { delay }) } });
    at = end;
  }
  return jobs;
}

/** A transaction is given up when its connection breaks, where other commands are sent again. */
async function again<R>(ask: () => Promise<R>): Promise<R> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!/aborted due to connection close/.test((error as Error).message)) throw error;
    }
  }
}
