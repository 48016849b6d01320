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

/** heddle itself counts how often a worker died with a job. */
const ANY_NUMBER = 1_000_000;
/** Of batches, of which each may be all that this worker can do for now. */
const FEW = 2;

export class Line {
  readonly #worker: BullWorker;
  readonly #connection: Connection;
  readonly #lease: number;
  readonly #job: typeof BullJob;
  readonly #lent = new Set<Lent>();
  /** When something was in it. */
  seenAt = 0;
  readonly name: string;
  /** Whether what stands in it is calls of runs. */
  readonly ofCalls: boolean;
  /** How many may be taken at once. */
  most: number;

  constructor(
    name: string,
    ofCalls: boolean,
    { Job, Worker }: typeof import("bullmq"),
    connection: Connection,
    lease: number,
    troubled: (error: Error) => void,
  ) {
    this.name = name;
    this.ofCalls = ofCalls;
    this.most = ofCalls ? FEW : ANY_NUMBER;
    this.#connection = connection;
    this.#lease = lease;
    this.#job = Job;
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

  /** Whether nothing of it is here. */
  get isIdle(): boolean {
    return this.#lent.size === 0;
  }

  /** Takes what comes next; null if there is nothing. */
  async take(token: string): Promise<Lent | null> {
    const bull = await this.#worker.getNextJob(token, { block: false });
    return bull === undefined || bull === null ? null : this.#lend(bull, token);
  }

  #lend(bull: BullJob, token: string): Lent {
    const [id = "", life = ""] = bull.id!.split("-");
    const lent = { id, life, token, bull };
    this.seenAt = Date.now();
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
    this.seenAt = Date.now();
    this.#lent.delete(lent);
    await lent.bull.moveToCompleted(null, lent.token, false).catch(() => {});
  }

  /** The same, and takes what comes next, which costs nothing more; null if there is nothing. */
  async doneFor(lent: Lent): Promise<Lent | null> {
    this.seenAt = Date.now();
    this.#lent.delete(lent);
    const next = await lent.bull.moveToCompleted(null, lent.token, true).catch(() => null);
    if (!Array.isArray(next) || !next[0] || !next[1]) return null;
    return this.#lend(this.#job.fromJSON(this.#worker, next[0], String(next[1])), lent.token);
  }

  /** So many calls are in the batch that was taken last. */
  holds(count: number): void {
    this.most = count > 1 ? FEW : ANY_NUMBER;
  }

  async giveBack(lent: Lent): Promise<void> {
    this.#lent.delete(lent);
    await lent.bull.moveToWait(lent.token).catch(() => {});
  }

  async close(): Promise<void> {
    // A connection that is being made anew would be waited for.
    await this.#worker.close(!this.#connection.isThere);
  }
}
