/** How many calls a worker has under way, whatever batches they came in; of short calls it is whole batches. */
export class Turns {
  readonly #count: number;
  #taken = 0;
  readonly #waiting: { readonly most: number; begin(): void }[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /**
   * Calls `begin` when it is the turn of so many calls, which may be at once; each of them is to `leave` once.
   *
   * @param most so many turns may be taken then, with this one, if that is fewer than there are.
   */
  wait(calls: number, begin: (leave: () => void) => void, most: number = this.#count): void {
    let left = calls;
    const leave = () => {
      left -= 1;
      if (left > 0) return;
      this.#taken -= 1;
      this.#beginMore();
    };
    this.#waiting.push({ most, begin: () => begin(leave) });
    this.#beginMore();
  }

  #beginMore(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#taken < next.most; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#taken += 1;
      next.begin();
    }
  }
}
