import { setTimeout as sleep } from "node:timers/promises";
import { GivenBack, type JobEnd, type Service, type Serving } from "../queue.ts";
import { Rest } from "../rest.ts";
import { Stop } from "../stop.ts";
import type { Owner, Taken } from "./ledger.ts";
import type { News } from "./news.ts";
import type { EmbeddedQueue } from "./queue.ts";

/** In milliseconds. Who rings may die before it does; and a disk that was full may have room again. */
const LOOK_AGAIN = 1_000;

/** Takes jobs from the queue and has them executed, as many at once as its service says. */
export class Server implements Serving {
  readonly #queue: EmbeddedQueue;
  readonly #owner: Owner;
  readonly #service: Service;
  readonly #closed: () => void;
  readonly #running = new Map<string, Stop>();
  /** How many have ended of which it is not on the disk yet. */
  #recording = 0;
  #looking = false;
  #again = false;
  #draining = false;
  #abandoned = false;
  readonly #rest = new Rest(() => this.#isBusy);
  #timer: NodeJS.Timeout | null = null;
  #wake: NodeJS.Timeout | undefined;

  constructor(queue: EmbeddedQueue, owner: Owner, service: Service, closed: () => void) {
    this.#queue = queue;
    this.#owner = owner;
    this.#service = service;
    this.#closed = closed;
  }

  async open(): Promise<void> {
    this.#timer = setInterval(() => this.look(), LOOK_AGAIN);
    this.look();
  }

  hear({ queued, ended, stopped }: News): void {
    for (const id of stopped) this.#running.get(id)?.tell(new Error(this.#reason(id)));
    // Another attempt was quicker: what this one gives would be dropped.
    for (const id of ended) this.#running.get(id)?.tell(new Error("it has ended elsewhere"));
    if (queued) this.look();
  }

  troubled(error: Error): void {
    this.#service.troubled(error);
  }

  #reason(id: string): string {
    return this.#queue.ledger.read(id)?.cancelled ?? "cancelled";
  }

  look(): void {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    // After what else ends in this turn, so that all that is taken in its place is one commit, with those ends.
    setImmediate(() => void this.#lookOn());
  }

  async #lookOn(): Promise<void> {
    try {
      while (this.#again && !this.#draining) {
        this.#again = false;
        const room = this.#service.concurrency - this.#running.size;
        if (room > 0) await this.#take(room);
      }
    } catch (error) {
      this.troubled(error as Error);
    } finally {
      this.#looking = false;
      this.#rest.look();
    }
  }

  async #take(room: number): Promise<void> {
    const glance = this.#queue.glance(this.#service);
    clearTimeout(this.#wake);
    if (glance !== true) {
      if (glance !== null) this.#wakeAt(glance);
      return;
    }
    const taken = await this.#queue.commit(ledger => ledger.take(this.#owner, this.#service, room, Date.now()));
    for (const job of taken) void this.#execute(job);
    // Others may have come meanwhile, or wait for their time.
    if (taken.length < room) this.#again = true;
  }

  #wakeAt(time: number): void {
    const ms = Math.max(1, time - Date.now());
    // What is farther away is looked at by the second anyway.
    if (ms < LOOK_AGAIN) this.#wake = setTimeout(() => this.look(), ms);
  }

  async #execute(job: Taken): Promise<void> {
    const { id, life } = job.facts;
    const stop = new Stop();
    this.#running.set(id, stop);
    const end = await this.#service.execute(job, stop);
    this.#running.delete(id);
    if (this.#abandoned) return;
    this.#recording += 1;
    // What comes next is taken in the same commit.
    this.look();
    await this.#record(id, life, end);
    this.#recording -= 1;
    this.#rest.look();
  }

  /** What was computed is not lost because a disk is full for a while. */
  async #record(id: string, life: number, end: JobEnd): Promise<void> {
    for (;;) {
      try {
        const { id: owner } = this.#owner;
        const bytes = end.bytes.byteLength + 2 * end.output.length;
        await this.#queue.commit(ledger => ledger.end(owner, id, life, end, Date.now()), { bytes });
        return;
      } catch (error) {
        this.troubled(error as Error);
        if (this.#abandoned) return;
        await sleep(LOOK_AGAIN);
      }
    }
  }

  async drain(): Promise<void> {
    this.#draining = true;
    await this.#rest.come();
    this.#close();
  }

  async idle(): Promise<void> {
    do {
      await this.#queue.met();
      this.look();
      await this.#rest.come();
    } while (!this.#draining && this.#queue.glance(this.#service) === true);
  }

  async abandon(): Promise<void> {
    this.#draining = true;
    // What is being taken is given back with the rest.
    while (this.#looking) await sleep(1);
    this.#abandoned = true;
    const ids = [...this.#running.keys()];
    await this.#queue.commit(ledger => {
      for (const id of ids) ledger.giveBack(this.#owner.id, id, Date.now());
    });
    for (const stop of this.#running.values()) stop.tell(new GivenBack());
    this.#close();
  }

  get #isBusy(): boolean {
    return this.#running.size + this.#recording > 0 || this.#looking;
  }

  #close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    clearTimeout(this.#wake);
    this.#closed();
  }
}
