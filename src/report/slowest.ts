export interface SlowCall {
  readonly name: string;
  readonly ms: number;
  readonly waited: number;
}

/** The slowest calls of a run, longest first. */
export class Slowest {
  readonly #most: number;
  readonly list: SlowCall[] = [];

  constructor(most = 5) {
    this.#most = most;
  }

  /** Whether a call of this length is worth naming: nearly always not, so ask before building its name. */
  admits(ms: number): boolean {
    return this.list.length < this.#most || ms > this.list[this.list.length - 1]!.ms;
  }

  add(call: SlowCall): void {
    if (!this.admits(call.ms)) return;
    let place = this.list.length;
    while (place > 0 && this.list[place - 1]!.ms < call.ms) place--;
    this.list.splice(place, 0, call);
    if (this.list.length > this.#most) this.list.pop();
  }
}
