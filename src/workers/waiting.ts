/** Takes note of a call that waits for what it called, and asks whether it may go on. */
export interface Pausing {
  waits(): void;
  resumes(): void;
}

/**
 * Lets one call wait for what it called: its slot is told to be free while it does nothing else, and what it waited
 * for is handed to it when it has a slot again.
 */
export class Waiting {
  readonly #pausing: Pausing;
  #open = 0;
  #isPaused = false;
  #looks = false;
  #since = 0;
  #free = false;
  #turn: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null;
  /** How long it has waited, in milliseconds. */
  ms = 0;

  constructor(pausing: Pausing) {
    this.#pausing = pausing;
  }

  async for<T>(promise: Promise<T>): Promise<T> {
    this.#open += 1;
    this.#lookSoon(queueMicrotask);
    try {
      return await promise;
    } finally {
      this.#open -= 1;
      if (this.#isPaused) await this.#askForTurn();
    }
  }

  /** It has its slot again. */
  goOn(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.ms += performance.now() - this.#since;
    this.#turn?.resolve();
    this.#turn = null;
    // What it was handed may let it work before it waits again.
    this.#lookSoon(setImmediate);
  }

  /** It was given up: nothing holds it back any more. */
  release(): void {
    this.#free = true;
    this.goOn();
  }

  #lookSoon(later: (look: () => void) => unknown): void {
    if (this.#looks || this.#isPaused || this.#free || this.#open === 0) return;
    this.#looks = true;
    later(() => {
      this.#looks = false;
      if (this.#open === 0 || this.#isPaused || this.#free) return;
      this.#isPaused = true;
      this.#since = performance.now();
      this.#pausing.waits();
    });
  }

  #askForTurn(): Promise<void> {
    if (this.#turn === null) {
      let resolve = () => {};
      const promise = new Promise<void>(done => {
        resolve = done;
      });
      this.#turn = { promise, resolve };
      this.#pausing.resumes();
    }
    return this.#turn.promise;
  }
}
