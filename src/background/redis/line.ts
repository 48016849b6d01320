/** A worker's place at one line of BullMQ: the jobs of a task in a queue. */
import type { Job as BullJob, Worker as BullWorker } from "bullmq";
import type { Connection } from "./connection.ts";

/** A job that BullMQ has given to this worker, until it hears otherwise, or nothing for too long. */
export interface Lent {
  readonly id: string;
  readonly life: string;
  readonly token: string;
  readonly bull: BullJob;
}

/** How BullMQ counts in the sorted sets in which jobs wait: the rank, or the time, before a counter. */
const [RANKS, TIMES] = [2 ** 32, 2 ** 12];
/** heddle itself counts how often a worker died with a job. */
const ANY_NUMBER = 1_000_000;

export class Line {
  readonly #worker: BullWorker;
  readonly #connection: Connection;
  readonly #lease: number;
  readonly #lent = new Set<Lent>();

  constructor(
    name: string,
    { Worker }: typeof import("bullmq"),
    connection: Connection,
    lease: number,
    troubled: (error: Error) => void,
  ) {
    this.#connection = connection;
    this.#lease = lease;
    this.#worker = new Worker(name, null, {
      connection: connection.client,
      prefix: connection.prefix,
      lockDuration: lease,
      stalledInterval: Math.ceil(lease / 2),
      maxStalledCount: ANY_NUMBER,
      autorun: false,
      skipVersionCheck: true,
    });
    this.#worker.on("error", troubled);
    void this.#worker.startStalledCheckTimer();
  }

  /** The rank of what comes next, the smallest first; 0 for what was lost or has waited for its time; null for nothing. */
  async head(now: number): Promise<number | null> {
    const { client } = this.#connection;
    const first = (key: string) => client.zrange(this.#worker.toKey(key), 0, "0", "WITHSCORES");
    const lost = client.llen(this.#worker.toKey("wait"));
    const [prioritized, delayed] = await Promise.all([first("prioritized"), first("delayed")]);
    if ((await lost) > 0 || (delayed.length > 0 && Number(delayed[1]) / TIMES <= now)) return 0;
    return prioritized.length > 0 ? Math.floor(Number(prioritized[1]) / RANKS) : null;
  }

  /** Takes what comes next; null if there is nothing. */
  async take(token: string): Promise<Lent | null> {
    const bull = await this.#worker.getNextJob(token, { block: false });
    if (bull === undefined || bull === null) return null;
    const [id = "", life = ""] = bull.id!.split("-");
    const lent = { id, life, token, bull };
    this.#lent.add(lent);
    return lent;
  }

  /** Says that its jobs are being worked on. */
  async renew(): Promise<void> {
    const lent = [...this.#lent];
    if (lent.length === 0) return;
    const ids = lent.map(({ bull }) => bull.id!);
    const tokens = lent.map(({ token }) => token);
    await this.#worker.extendJobLocks(ids, tokens, this.#lease);
  }

  /** BullMQ need not know of it any more. If it has given it to another one meanwhile, that one finds that it has ended. */
  async done(lent: Lent): Promise<void> {
    this.#lent.delete(lent);
    await lent.bull.moveToCompleted(null, lent.token, false).catch(() => {});
  }

  async giveBack(lent: Lent): Promise<void> {
    this.#lent.delete(lent);
    await lent.bull.moveToWait(lent.token).catch(() => {});
  }

  async close(): Promise<void> {
    await this.#worker.close();
  }
}
