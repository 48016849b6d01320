import type { Standing } from "./queue.ts";

/** In milliseconds: what is told can get lost. */
const LOOK_AGAIN = 1_000;

interface Waiter {
  settle(standing: Standing | null): void;
  fail(error: Error): void;
  readonly signal: AbortSignal | null;
}

interface Fresh {
  readonly id: string;
  readonly waiter: Waiter;
}

/** What is known of jobs. */
export interface Sight {
  standing(id: string): Promise<Standing | null>;
  /** Those that have ended, or are gone. */
  over(ids: readonly string[]): Promise<readonly string[]>;
}

/** Those in this process who wait for jobs to end: they are told, and look by themselves from time to time. */
export class Waiting {
  readonly #sight: Sight;
  readonly #listen: () => Promise<boolean>;
  readonly #waiters = new Map<string, Set<Waiter>>();
  /** Those that have come in this turn. */
  #fresh: Fresh[] = [];
  #timer: NodeJS.Timeout | null = null;
  #looking = false;

  /** `listen` says whether this process was not told of ends before. */
  constructor(sight: Sight, listen: () => Promise<boolean>) {
    this.#sight = sight;
    this.#listen = listen;
  }

  /** Resolves with how the job stands when it has ended or is gone, or when `signal` is aborted. */
  until(id: string, signal: AbortSignal | null): Promise<Standing | null> {
    return new Promise((resolve, reject) => {
      const aborted = () => void this.#look(id);
      const leave = () => {
        signal?.removeEventListener("abort", aborted);
        this.#remove(id, waiter);
      };
      const waiter: Waiter = {
        signal,
        settle(standing) {
          leave();
          resolve(standing);
        },
        fail(error) {
          leave();
          reject(error);
        },
      };
      signal?.addEventListener("abort", aborted);
      this.#add(id, waiter);
      if (signal?.aborted === true) aborted();
      else if (this.#fresh.push({ id, waiter }) === 1) setImmediate(() => void this.#watch());
    });
  }

  async #watch(): Promise<void> {
    const fresh = this.#fresh;
    this.#fresh = [];
    try {
      const left = await this.#lookIfOver(fresh);
      // They may have ended before this process was among those that are told.
      if (left.length > 0 && (await this.#listen())) await this.#lookIfOver(left);
    } catch (error) {
      for (const { waiter } of fresh) waiter.fail(error as Error);
    }
  }

  /** Most have not ended, which is soon said; gives those. */
  async #lookIfOver(some: readonly Fresh[]): Promise<readonly Fresh[]> {
    const over = new Set(await this.#sight.over(some.map(({ id }) => id)));
    for (const id of over) void this.#look(id);
    return some.filter(({ id }) => !over.has(id));
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
      const standing = await this.#sight.standing(id);
      const over = standing === null || standing.outcome !== null;
      for (const waiter of [...(this.#waiters.get(id) ?? [])]) {
        if (over || waiter.signal?.aborted === true) waiter.settle(standing);
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
