/** How many calls a worker has under way, whatever batches they came in; of short calls it is whole batches. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Calls `begin` when it is the turn of so many calls, which may be at once; each of them is to `leave` once. */
  wait(calls: number, begin: (leave: () => void) => void): void {
    let left = calls;
    const leave = () => {
      left -= 1;
      if (left === 0) this.#end();
    };
    if (this.#free > 0) {
      this.#free -= 1;
      begin(leave);
    } else this.#waiting.push(() => begin(leave));
  }

  #end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
