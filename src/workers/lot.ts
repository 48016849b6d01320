import type { Dispatch } from "../task/runner.ts";

/** Calls that were told to have started together and take their turns: a hook or another call may still cancel them. */
export class Lot {
  #calls: (Dispatch | null)[] = [];
  #next = 0;

  /** Gives their numbers. */
  begin(calls: Dispatch[]): number[] {
    this.#calls = calls;
    this.#next = 0;
    return calls.map(call => call.id);
  }

  /** The next one; undefined when all have had their turn. */
  next(): Dispatch | undefined {
    while (this.#next < this.#calls.length) {
      const call = this.#calls[this.#next++] ?? null;
      if (call !== null) return call;
    }
    return undefined;
  }

  /** Takes out one whose turn is yet to come; false if there is none such. */
  remove(id: number): boolean {
    const place = this.#calls.findIndex((call, at) => at >= this.#next && call?.id === id);
    if (place >= 0) this.#calls[place] = null;
    return place >= 0;
  }
}
