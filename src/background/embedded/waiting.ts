import { hasEnded, type JobFacts } from "../queue.ts";

/** In milliseconds. Who rings may die before it does. */
const LOOK_AGAIN = 1_000;

interface Waiter {
  look(): void;
}

/** Those in this process who wait for jobs to end: they are told, and look by themselves from time to time. */
export class Waiting {
  readonly #factsOf: (id: string) => JobFacts | null;
  readonly #waiters = new Map<string, Set<Waiter>>();
  #timer: NodeJS.Timeout | null = null;

  constructor(factsOf: (id: string) => JobFacts | null) {
    this.#factsOf = factsOf;
  }

  /** Resolves with what is known of the job when it has ended or is gone, or when `signal` is aborted. */
  async until(id: string, signal: AbortSignal, listen: () => Promise<unknown>): Promise<JobFacts | null> {
    const ended = new Promise<JobFacts | null>((resolve, reject) => {
      const waiter: Waiter = {
        look: () => {
          const facts = this.#factsOf(id);
          if (facts === null || hasEnded(facts) || signal.aborted) end(() => resolve(facts));
        },
      };
      const end = (settle: () => void) => {
        signal.removeEventListener("abort", waiter.look);
        this.#remove(id, waiter);
        settle();
      };
      signal.addEventListener("abort", waiter.look);
      this.#add(id, waiter);
      // It may have ended before this process was among those that are told.
      listen().then(waiter.look, error => end(() => reject(error)));
    });
    return ended;
  }

  hear(ended: readonly string[]): void {
    for (const id of ended) this.#look(this.#waiters.get(id));
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#waiters.clear();
  }

  #look(waiters: Iterable<Waiter> | undefined): void {
    for (const waiter of [...(waiters ?? [])]) waiter.look();
  }

  #add(id: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(id);
    if (waiters === undefined) this.#waiters.set(id, new Set([waiter]));
    else waiters.add(waiter);
    // It also keeps the process alive.
    this.#timer ??= setInterval(() => {
      for (const each of [...this.#waiters.values()]) this.#look(each);
    }, LOOK_AGAIN);
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
