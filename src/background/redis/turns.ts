/** How many calls a worker has under way, whatever batches they came in. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Calls `begin` when it is its turn, which may be at once. */
  wait(begin: () => void): void {
    if (this.#free > 0) {
      this.#free -= 1;
      begin();
    } else this.#waiting.push(begin);
  }

  end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
