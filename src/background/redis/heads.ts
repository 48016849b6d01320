/** The lines that a worker serves, and what stands first in them. */
import type { Connection } from "./connection.ts";
import { Line } from "./line.ts";
import { HEADS } from "./line-acts.ts";
import type { RedisQueue } from "./queue.ts";
import type { Served } from "./served.ts";

export interface Place {
  readonly line: Line;
  readonly head: Head;
}

/** What stands in a line and can start. */
export interface Head {
  /** Of the first, the smallest first; 0 for what was lost, or has waited for its time. */
  readonly rank: number;
  /** At least so many can start. */
  readonly count: number;
}

/** In milliseconds: what is told of a line can get lost. */
const LOOK_AT_ALL = 1_000;
/** In milliseconds: a line in which so long nothing was has no connections of its own. */
const UNUSED = 5 * 60 * 1_000;
/** Redis does nothing else meanwhile. */
const PAGE = 500;

export class Heads {
  readonly #queue: RedisQueue;
  readonly #connection: Connection;
  /** The lines that are served, and whether they are of calls of runs. */
  readonly #served: Served;
  readonly #troubled: (error: Error) => void;
  /** Those of them in which something ever was. */
  #names: readonly string[] = [];
  /** Those in which something was meanwhile. */
  readonly #lines = new Map<string, Line>();
  /** Those in which something may stand: it was said, or seen at the last look. There may be hundreds of others. */
  readonly #promising = new Set<string>();
  #looking = false;
  #allAt = 0;

  constructor(queue: RedisQueue, served: Served, troubled: (error: Error) => void) {
    this.#queue = queue;
    this.#connection = queue.connection;
    this.#served = served;
    this.#troubled = troubled;
  }

  /** Something has come into these lines; gives whether any of them is served. */
  hear(names: readonly string[]): boolean {
    const served = names.filter(name => this.#served.has(name));
    for (const name of served) this.#promising.add(name);
    return served.length > 0;
  }

  /** All lines are to be looked at. */
  hurry(): void {
    this.#allAt = 0;
  }

  /** Whether nothing is known to stand in any other line. */
  hasOnly({ name }: Line): boolean {
    if (this.#looking) return false;
    return this.#promising.size === (this.#promising.has(name) ? 1 : 0);
  }

  /** Sees lines in which something stands for the first time. */
  async see(): Promise<void> {
    const names = await this.#connection.use(client => client.smembers(`${this.#connection.keys}lines`));
    const served = names.filter(name => this.#served.has(name));
    if (served.length > this.#names.length) this.hurry();
    this.#names = served;
  }

  /** The lines in which something can start, the first first. */
  async next(): Promise<readonly Place[]> {
    const now = Date.now();
    const isForAll = now >= this.#allAt;
    if (isForAll) this.#allAt = now + LOOK_AT_ALL;
    const names = isForAll ? this.#names : [...this.#promising];
    for (const name of names) this.#promising.delete(name);
    this.#looking = true;
    try {
      const places: Place[] = [];
      for (let at = 0; at < names.length; at += PAGE) places.push(...(await this.#look(names.slice(at, at + PAGE))));
      return places.sort((one, other) => one.head.rank - other.head.rank);
    } finally {
      this.#looking = false;
    }
  }

  async #look(names: readonly string[]): Promise<readonly Place[]> {
    const found = (await this.#connection.act("lineHeads", names)) as [number, number, number][];
    return found.flatMap(([at, rank, count]) => {
      const name = names[at]!;
      const line = this.#line(name);
      if (rank !== HEADS.BEGUN) this.#promising.add(name);
      return count === 0 ? [] : [{ line, head: { rank, count } }];
    });
  }

  #line(name: string): Line {
    let line = this.#lines.get(name);
    if (line === undefined) {
      const { bull, where } = this.#queue;
      line = new Line(name, this.#served.get(name)!, bull, this.#connection, where.lease, this.#troubled);
      this.#lines.set(name, line);
    }
    line.seenAt = Date.now();
    return line;
  }

  /** Anybody's runs may have put something into lines, once. */
  async #closeUnused(): Promise<void> {
    const unused = [...this.#lines].filter(([, line]) => line.isIdle && Date.now() - line.seenAt > UNUSED);
    for (const [name] of unused) this.#lines.delete(name);
    await Promise.all(unused.map(([, line]) => line.close()));
  }

  /** Says that what was taken is being worked on. */
  async renew(): Promise<void> {
    await this.#closeUnused();
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
