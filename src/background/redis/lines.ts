/** Hands jobs to BullMQ, which gives them to workers: each task of a queue has a line of its own there. */
import type { Queue as BullQueue } from "bullmq";
import { type JobsWaiting, MOST_COUNTED } from "../queue.ts";
import type { Connection } from "./connection.ts";
import { deliveryOf, type Given, lineIn, lineOf, rankOf } from "./record.ts";

/** Triples of an id, a life, and what was given. */
export type Handed = readonly (string | null)[];

export class Lines {
  readonly #connection: Connection;
  readonly #bull: typeof import("bullmq");
  readonly #lines = new Map<string, BullQueue>();
  /** What has reached BullMQ, and is to be taken from the outbox. */
  #arrived: string[] = [];
  #clearing: Promise<void> | null = null;

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

  async #deliver(id: string, life: string, given: Given): Promise<void> {
    const { name, priority, notBefore } = given;
    const delay = Math.max(0, notBefore - Date.now());
    const how = { jobId: deliveryOf(id, life), priority: rankOf(priority), removeOnComplete: true, removeOnFail: true };
    await this.#line(lineOf(given)).add(name, null, { ...how, ...(delay > 0 && { delay }) });
    this.#arrived.push(id);
    // Those of one turn together.
    this.#clearing ??= Promise.resolve().then(() => this.#clear());
  }

  async #clear(): Promise<void> {
    const arrived = this.#arrived;
    this.#arrived = [];
    this.#clearing = null;
    // What stays there is handed over once more, which does nothing.
    await this.#connection.use(client => client.zrem(`${this.#connection.keys}outbox`, ...arrived)).catch(() => {});
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
