/** Hands jobs to BullMQ, which gives them to workers: each task of a queue has a line of its own there. */
import type { Queue as BullQueue } from "bullmq";
import { type JobsWaiting, MOST_COUNTED } from "../queue.ts";
import type { Connection } from "./connection.ts";
import { deliveryOf, type Given, lineIn, lineOf, rankOf } from "./record.ts";

/** Triples of an id, a life, and what was given. */
export type Handed = readonly (string | null)[];

const PAGE = 1_000;

interface Delivery {
  readonly id: string;
  readonly job: Parameters<BullQueue["addBulk"]>[0][number];
}

export class Lines {
  readonly #connection: Connection;
  readonly #bull: typeof import("bullmq");
  readonly #lines = new Map<string, BullQueue>();
  #waiting = new Map<string, Delivery[]>();
  #going: Promise<void> | null = null;
  #clearing: Promise<unknown> | null = null;

  constructor(connection: Connection, bull: typeof import("bullmq")) {
    this.#connection = connection;
    this.#bull = bull;
  }

  /** Resolves when BullMQ has them. Handing over what it has already does nothing. */
  async hand(handed: Handed): Promise<void> {
    const deliveries: Promise<void>[] = [];
    for (let i = 0; i < handed.length; i += 3) {
      const [id, life, given] = handed.slice(i, i + 3);
      if (typeof id !== "string" || typeof life !== "string" || typeof given !== "string") continue;
      deliveries.push(this.#deliver(id, life, JSON.parse(given) as Given));
    }
    await Promise.all(deliveries);
  }

  /** What comes in one turn goes to a line together. */
  #deliver(id: string, life: string, given: Given): Promise<void> {
    const { name, priority, notBefore } = given;
    const delay = Math.max(0, notBefore - Date.now());
    const how = { jobId: deliveryOf(id, life), priority: rankOf(priority), removeOnComplete: true, removeOnFail: true };
    const line = lineOf(given);
    const waiting = this.#waiting.get(line);
    const one = { id, job: { name, data: null, opts: { ...how, ...(delay > 0 && { delay }) } } };
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

  async #goTo(line: string, all: readonly Delivery[]): Promise<void> {
    await again(() => this.#line(line).addBulk(all.map(({ job }) => job)));
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
        client.zcard(line.toKey("prioritized")),
        client.llen(line.toKey("wait")),
      ]);
      return { ...lineIn(name), count: Math.min(ranked + plain, MOST_COUNTED) };
    });
    return (await Promise.all(found)).filter(({ count }) => count > 0);
  }

  async close(): Promise<void> {
    await this.#clearing;
    for (const line of this.#lines.values()) await line.close();
  }
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
