/** The lines that a worker serves, and what stands first in them. */
import type { Connection } from "./connection.ts";
import { type Head, Line } from "./line.ts";
import type { RedisQueue } from "./queue.ts";
import type { Served } from "./served.ts";

export interface Place {
  readonly line: Line;
  readonly head: Head;
}

export class Heads {
  readonly #queue: RedisQueue;
  readonly #connection: Connection;
  /** The lines that are served, and whether they are of calls of runs. */
  readonly #served: Served;
  readonly #troubled: (error: Error) => void;
  readonly #lines = new Map<string, Line>();

  constructor(queue: RedisQueue, served: Served, troubled: (error: Error) => void) {
    this.#queue = queue;
    this.#connection = queue.connection;
    this.#served = served;
    this.#troubled = troubled;
  }

  /** Of how many lines something can come. */
  get count(): number {
    return this.#lines.size;
  }

  /** Sees lines in which something stands for the first time. */
  async see(): Promise<void> {
    const { bull, where } = this.#queue;
    const names = await this.#connection.use(client => client.smembers(`${this.#connection.keys}lines`));
    for (const name of names) {
      const ofCalls = this.#served.get(name);
      if (ofCalls === undefined || this.#lines.has(name)) continue;
      this.#lines.set(name, new Line(name, ofCalls, bull, this.#connection, where.lease, this.#troubled));
    }
  }

  /** The lines in which something can start, the first first. */
  async next(): Promise<readonly Place[]> {
    const now = Date.now();
    const lines = [...this.#lines.values()];
    const heads = await this.#connection.use(() => Promise.all(lines.map(line => line.head(now))));
    return heads
      .flatMap((head, i) => (head === null ? [] : [{ line: lines[i]!, head }]))
      .sort((one, other) => one.head.rank - other.head.rank);
  }

  /** Says that what was taken is being worked on. */
  async renew(): Promise<void> {
    await this.#connection.use(() => Promise.all([...this.#lines.values()].map(line => line.renew())));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines.values()].map(line => line.close()));
  }
}

/** From which lines how many are taken, as there is room. */
export function takings(places: readonly Place[], room: number): readonly Line[] {
  const [best] = places;
  if (best === undefined) return [];
  const equals = places.filter(({ head }) => head.rank === best.head.rank);
  // Of several lines, only what comes before the others; so it is looked at again, while there is room.
  const each = places.length === 1 ? room : equals.length === 1 ? 1 : Math.max(1, Math.floor(room / equals.length));
  return equals
    .slice(0, room)
    .flatMap(({ line, head }) => Array.from({ length: Math.min(each, head.count, line.most) }, () => line));
}
