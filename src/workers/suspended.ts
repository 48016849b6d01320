import type { Execution } from "./execute.ts";

/** Calls of a worker that wait for what they called, and take no room meanwhile. */
export class Suspended {
  readonly #calls = new Map<number, Execution>();
  /** Those that may go on, when there is room. */
  readonly #ready: number[] = [];

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  get(seq: number): Execution | undefined {
    return this.#calls.get(seq);
  }

  delete(seq: number): boolean {
    return this.#calls.delete(seq);
  }

  /** A call waits from now on. */
  take(seq: number, running: Map<number, Execution>): void {
    const execution = running.get(seq);
    if (execution === undefined) return;
    running.delete(seq);
    this.#calls.set(seq, execution);
  }

  mayGoOn(seq: number): void {
    this.#ready.push(seq);
  }

  /** Lets one go on that may; false if there is none. */
  goOn(running: Map<number, Execution>): boolean {
    const seq = this.#ready.shift();
    if (seq === undefined) return false;
    const execution = this.#calls.get(seq);
    if (execution === undefined) return true;
    this.#calls.delete(seq);
    running.set(seq, execution);
    execution.goOn();
    return true;
  }
}
