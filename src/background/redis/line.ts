/** A worker's place at one line of BullMQ: the jobs of a task in a queue. */
import type { Job as BullJob, Worker as BullWorker } from "bullmq";
import type { Connection } from "./connection.ts";
import { NOT_LATER } from "./line-acts.ts";
import { Pace } from "./pace.ts";
import { deliveredIn } from "./record.ts";

/** One or several jobs that BullMQ has given to this worker, until it hears otherwise, or nothing for too long. */
export interface Delivery {
  readonly token: string;
  readonly bull: BullJob;
  /** How many jobs of it are not done, and whether some are to go back. */
  left: number;
  goesBack: boolean;
  /** When BullMQ was told last that they are being worked on. */
  renewedAt: number;
}

/** A job of such a delivery. */
export interface Lent {
  readonly id: string;
  readonly life: string;
  readonly delivery: Delivery;
}

/** heddle itself counts how often a worker died with a job. */
const ANY_NUMBER = 1_000_000;
/** Of batches, of which each may be all that this worker can do for now. */
const FEW = 2;
/**
 * Of a lease: a server that does not answer for longer may have been away for two thirds of one, as looks are half a lease
 * apart. Renewals are a third apart.
 */
const SILENT = 1 / 6;

export class Line {
  readonly #worker: BullWorker;
  readonly #connection: Connection;
  readonly #lease: number;
  readonly #job: typeof BullJob;
  readonly #lent = new Set<Delivery>();
  readonly #troubled: (error: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #pace: Pace;
  /** When something was in it. */
  seenAt = 0;
  readonly name: string;
  /** Whether what stands in it is calls of runs. */
  readonly ofCalls: boolean;
  /** How many may be taken at once, of which each may be many jobs. */
  most = FEW;

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
    this.#pace = new Pace(name, connection);
    this.#connection = connection;
    this.#lease = lease;
    this.#troubled = troubled;
    this.#job = Job;
    this.#worker = new Worker(name, null, {
      connection: connection.client,
      prefix: connection.prefix,
      lockDuration: lease,
      stalledInterval: Math.ceil(lease / 2),
      maxStalledCount: ANY_NUMBER,
      autorun: false,
      skipVersionCheck: true,
      // It would look as soon as a server is back, when nobody has renewed anything.
      skipStalledCheck: true,
    });
    this.#worker.on("error", troubled);
    void this.#lookForLost();
  }

  /** The next look comes half a lease after the answer to this one: BullMQ passes over what comes sooner. */
  async #lookForLost(): Promise<void> {
    await this.#findLost().catch(this.#troubled);
    if (!this.#closed) this.#timer = setTimeout(() => void this.#lookForLost(), Math.ceil(this.#lease / 2));
  }

  /** What two looks in a row find without a lease waits again. */
  async #findLost(): Promise<void> {
    if (!this.#connection.isSettled) return;
    const { client } = this.#connection;
    const silence = this.#lease * SILENT;
    const asked = performance.now();
    const [seconds, micros] = await client.time();
    // If it was silent for so long, others may not have been able to renew theirs, which they do before the next look.
    if (performance.now() - asked > silence || !this.#connection.isSettled) return;
    const latest = Number(seconds) * 1_000 + Number(micros) / 1_000 + silence;
    // It may fall silent only now.
    const timely = client.eval(NOT_LATER, 1, this.#worker.toKey("stalled-check"), latest, Math.ceil(this.#lease / 2));
    await Promise.all([timely, this.#worker.getBackend().moveStalledJobsToWait()]);
  }

  /** Whether nothing of it is here. */
  get isIdle(): boolean {
    return this.#lent.size === 0;
  }

  /** Takes what comes next. */
  async take(token: string): Promise<readonly Lent[]> {
    const bull = await this.#worker.getNextJob(token, { block: false });
    return bull === undefined || bull === null ? [] : this.#lend(bull, token);
  }

  #lend(bull: BullJob, token: string): readonly Lent[] {
    const jobs = deliveredIn(bull.id!, bull.data);
    this.seenAt = Date.now();
    const delivery = { token, bull, left: jobs.length, goesBack: false, renewedAt: performance.now() };
    if (!this.ofCalls) this.holds(jobs.length);
    this.#lent.add(delivery);
    return jobs.map(([id, life]) => ({ id, life, delivery }));
  }

  /** Whether others may have been given it meanwhile, as nothing was said of it for too long. */
  isLost({ delivery }: Lent): boolean {
    return performance.now() - delivery.renewedAt > this.#lease;
  }

  /** Says that its jobs are being worked on. */
  async renew(): Promise<void> {
    const lent = [...this.#lent];
    if (lent.length === 0) return;
    const ids = lent.map(({ bull }) => bull.id!);
    const tokens = lent.map(({ token }) => token);
    const now = performance.now();
    const over = new Set(await this.#worker.extendJobLocks(ids, tokens, this.#lease));
    const lost = await this.#regain(lent.filter(({ bull }) => over.has(bull.id!)));
    for (const delivery of lent) if (!lost.has(delivery.bull.id!)) delivery.renewedAt = now;
  }

  /** Leases that ran out while the server was away, or this process hung. Gives of what another one has it. */
  async #regain(over: readonly Delivery[]): Promise<ReadonlySet<string>> {
    if (over.length === 0) return new Set();
    const named = over.flatMap(({ bull, token }) => [bull.id!, token]);
    return new Set((await this.#connection.act("regainLeases", [this.name, this.#lease, ...named])) as string[]);
  }

  /** BullMQ need not know of it any more. If it has given it to another one meanwhile, that one finds that it has ended. */
  async done({ delivery }: Lent): Promise<void> {
    if (--delivery.left > 0) return;
    this.seenAt = Date.now();
    this.#lent.delete(delivery);
    if (delivery.goesBack) await delivery.bull.moveToWait(delivery.token).catch(() => {});
    else await delivery.bull.moveToCompleted(null, delivery.token, false).catch(() => {});
  }

  /** The same, and takes what comes next, which costs nothing more. */
  async doneFor(lent: Lent): Promise<readonly Lent[]> {
    const { bull, token, left, goesBack } = lent.delivery;
    if (left > 1 || goesBack) {
      await this.done(lent);
      return [];
    }
    this.seenAt = Date.now();
    this.#lent.delete(lent.delivery);
    const next = await bull.moveToCompleted(null, token, true).catch(() => null);
    if (!Array.isArray(next) || !next[0] || !next[1]) return [];
    return this.#lend(this.#job.fromJSON(this.#worker, next[0], String(next[1])), token);
  }

  /** So many calls are in the batch that was taken last, or jobs in the delivery. */
  holds(count: number): void {
    this.most = count > 1 || this.#pace.isShort ? FEW : ANY_NUMBER;
  }

  /** One of its jobs has ended that was begun then. */
  learn(began: number): void {
    this.#pace.learn(began);
  }

  /** One of its jobs takes longer than was thought. */
  slow(): void {
    this.#pace.forget();
  }

  async giveBack(lent: Lent): Promise<void> {
    lent.delivery.goesBack = true;
    await this.done(lent);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    // A connection that is being made anew would be waited for.
    await this.#worker.close(!this.#connection.isThere);
  }
}
