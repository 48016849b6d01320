/** What a worker tells Redis of its jobs. */
import { setTimeout as sleep } from "node:timers/promises";
import { cancelledEnd } from "../outcome.ts";
import { type JobEnd, MOST_LOSSES } from "../queue.ts";
import type { Lent } from "./line.ts";
import type { Handed } from "./lines.ts";
import { asBuffer, type RedisQueue } from "./queue.ts";
import { FACTS } from "./record.ts";
import type { Waiting } from "./unbegun.ts";
import type { Begun } from "./under-way.ts";

/** In milliseconds. */
const TRY_AGAIN = 1_000;

export class Told {
  readonly #queue: RedisQueue;
  readonly #worker: string;
  readonly #troubled: (error: Error) => void;
  readonly #isAbandoned: () => boolean;

  constructor(queue: RedisQueue, worker: string, troubled: (error: Error) => void, isAbandoned: () => boolean) {
    this.#queue = queue;
    this.#worker = worker;
    this.#troubled = troubled;
    this.#isAbandoned = isAbandoned;
  }

  /** That it begins; gives what is to be done with it, and null if it has been given back. */
  async beginning({ line, lent }: Waiting): Promise<Begun | null> {
    const { id, life, delivery } = lent;
    try {
      if (!line.isLost(lent)) {
        const { connection } = this.#queue;
        const more = line.ofCalls ? [connection.isSettled ? 0 : 1] : [MOST_LOSSES, delivery.bull.id!];
        const about = [id, life, delivery.token, this.#worker, ...more, ...FACTS];
        const act = line.ofCalls ? "beginCalls" : "beginJob";
        return (await connection.act(act, about, { bytes: true })) as Begun;
      }
    } catch (error) {
      this.#troubled(error as Error);
    }
    await line.giveBack(lent);
    return null;
  }

  /** That others may run it. */
  async pass({ line, lent }: Waiting): Promise<void> {
    try {
      const handed = (await this.#queue.connection.act("passOnJob", [lent.id, lent.life])) as Handed;
      await this.#queue.hand(handed, true);
      await line.done(lent);
    } catch (error) {
      this.#troubled(error as Error);
      await line.giveBack(lent);
    }
  }

  /** That it has not ended here; gives how it is to end instead, if it was cancelled meanwhile. */
  async giveBack({ line, lent }: Waiting): Promise<JobEnd | null> {
    const { id, life, delivery } = lent;
    const given = await this.#queue.connection.act("giveBackJob", [id, life, delivery.token]);
    const job = given === 2 ? await this.#queue.job(id) : null;
    if (job !== null) return cancelledEnd(job, job.cancelled ?? "cancelled");
    await this.#queue.connection.use(() => (given === 1 ? line.giveBack(lent) : line.done(lent)));
    return null;
  }

  /** How it ended: what was computed is not lost because Redis is away for a while, or has no room. Gives what `leave` does. */
  async end<R>(
    { id, life }: Lent,
    { state, bytes, problem, output, blob = "" }: JobEnd,
    leave: () => Promise<R>,
  ): Promise<R | null> {
    for (;;) {
      try {
        const how = [id, life, state, asBuffer(bytes), problem ?? "", output, blob];
        const [, handed] = (await this.#queue.connection.act("endJob", how)) as [number, Handed];
        await this.#queue.hand(handed);
        return await this.#queue.connection.use(leave);
      } catch (error) {
        this.#troubled(error as Error);
        if (this.#isAbandoned()) return null;
        await sleep(TRY_AGAIN);
      }
    }
  }
}
