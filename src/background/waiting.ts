import { hasEnded, type JobFacts } from "./queue.ts";

/** In milliseconds: what is told can get lost. */
const LOOK_AGAIN = 1_000;

interface Waiter {
  settle(facts: JobFacts | null): void;
  fail(error: Error): void;
  readonly signal: AbortSignal;
}

/** What is known of jobs. */
export interface Sight {
  facts(id: string): Promise<JobFacts | null>;
  /** Those that have ended, or are gone. */
  over(ids: readonly string[]): Promise<readonly string[]>;
}

/** Those in this process who wait for jobs to end: they are told, and look by themselves from time to time. */
export class Waiting {
  readonly #sight: Sight;
  readonly #waiters = new Map<string, Set<Waiter>>();
  #timer: NodeJS.Timeout | null = null;
  #looking = false;

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /**
   * Resolves with what is known of the job when it has ended or is gone, or when `signal` is aborted.
   * `listen` says whether this process was not told of ends before.
   */
  until(id: string, signal: AbortSignal, listen: () => Promise<boolean>): Promise<JobFacts | null> {
    return new Promise((resolve, reject) => {
      const aborted = () => void this.#look(id);
      const leave = () => {
        signal.removeEventListener("abort", aborted);
        this.#remove(id, waiter);
      };
      const waiter: Waiter = {
        signal,
        settle(facts) {
          leave();
          resolve(facts);
        },
        fail(error) {
          leave();
          reject(error);
        },
      };
      signal.addEventListener("abort", aborted);
      this.#add(id, waiter);
      void this.#watch(id, waiter, listen);
    });
  }

  async #watch(id: string, waiter: Waiter, listen: () => Promise<boolean>): Promise<void> {
    try {
      await (waiter.signal.aborted ? this.#look(id) : this.#lookIfOver(id));
      // It may have ended before this process was among those that are told.
      if (this.#waiters.get(id)?.has(waiter) === true && (await listen())) await this.#lookIfOver(id);
    } catch (error) {
      waiter.fail(error as Error);
    }
  }

  /** Most have not ended, which is soon said. */
  async #lookIfOver(id: string): Promise<void> {
    const [over] = await this.#sight.over([id]);
    if (over !== undefined) await this.#look(id);
  }

  hear(ended: readonly string[]): void {
    for (const id of ended) if (this.#waiters.has(id)) void this.#look(id);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#waiters.clear();
  }

  /** Once at a time: while the queue is away, it would be asked more and more. */
  async #lookAll(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    // They wait until the queue is there again.
    this.hear(await this.#sight.over([...this.#waiters.keys()]).catch(() => []));
    this.#looking = false;
  }

  async #look(id: string): Promise<void> {
    try {
      const facts = await this.#sight.facts(id);
      const over = facts === null || hasEnded(facts);
      for (const waiter of [...(this.#waiters.get(id) ?? [])]) {
        if (over || waiter.signal.aborted) waiter.settle(facts);
      }
    } catch (error) {
      for (const waiter of [...(this.#waiters.get(id) ?? [])]) waiter.fail(error as Error);
    }
  }

  #add(id: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(id);
    if (waiters === undefined) this.#waiters.set(id, new Set([waiter]));
    else waiters.add(waiter);
    // It also keeps the process alive.
    this.#timer ??= setInterval(() => void this.#lookAll(), LOOK_AGAIN);
  }

  #remove(id: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(id);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(id);
    if (this.#waiters.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
