/** Says of what a worker has that it lives, and hears meanwhile what of it is to stop. */
import { hasEnded } from "../queue.ts";
import type { Heads } from "./heads.ts";
import type { RedisQueue } from "./queue.ts";
import type { Running } from "./under-way.ts";

export class Renewals {
  readonly #queue: RedisQueue;
  readonly #heads: Heads;
  readonly #running: ReadonlyMap<string, Running>;
  readonly #troubled: (error: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  readonly #now = () => void this.#renew();

  constructor(
    queue: RedisQueue,
    heads: Heads,
    running: ReadonlyMap<string, Running>,
    troubled: (error: Error) => void,
  ) {
    this.#queue = queue;
    this.#heads = heads;
    this.#running = running;
    this.#troubled = troubled;
  }

  /** The lease is kept by the main thread: what computes belongs on others. */
  open(): void {
    this.#queue.connection.client.on("ready", this.#now);
    this.#timer = setInterval(this.#now, this.#queue.where.lease / 3);
  }

  close(): void {
    this.#queue.connection.client.off("ready", this.#now);
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    if (!this.#queue.connection.isThere) return;
    try {
      await this.#heads.renew();
      for (const id of this.#running.keys()) await this.#see(id);
    } catch (error) {
      this.#troubled(error as Error);
    }
  }

  /** Looks whether a job is to stop. */
  look(id: string): void {
    void this.#see(id).catch(error => this.#troubled(error));
  }

  /** Stops a job that is to be cancelled, or has ended elsewhere. */
  async #see(id: string): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    const job = await this.#queue.job(id);
    if (job === null || hasEnded(job)) running.stop.tell(new Error("it has ended elsewhere"));
    else if (job.cancelled !== null) running.stop.tell(new Error(job.cancelled));
    else running.batch?.stop(job);
  }
}
