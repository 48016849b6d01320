/** Acts of one kind that travel together: a script costs much of its time before it does anything. */

import type { Argument } from "./packing.ts";

/** Redis does nothing else meanwhile. */
const MOST = 100;
const MOST_BYTES = 1_000_000;

interface Asker {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

export class Lot {
  /** The arguments of each. */
  readonly acts: (readonly Argument[])[] = [];
  readonly #askers: Asker[] = [];
  #bytes = 0;

  get isFull(): boolean {
    return this.#askers.length >= MOST || this.#bytes >= MOST_BYTES;
  }

  add(args: readonly Argument[]): Promise<unknown> {
    this.acts.push(args);
    for (const each of args) this.#bytes += typeof each === "number" ? 8 : each.length;
    return new Promise((resolve, reject) => this.#askers.push({ resolve, reject }));
  }

  /** Tells each who asked what is answered. */
  carryOut(answered: Promise<unknown[]>): void {
    answered.then(
      answers => {
        for (const [i, { resolve }] of this.#askers.entries()) resolve(answers[i]);
      },
      error => {
        for (const { reject } of this.#askers) reject(error);
      },
    );
  }
}
