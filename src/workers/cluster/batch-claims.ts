/** In a worker of a cluster: which of the calls that came together have begun, where the bridge can see it. */
import type { Claimer } from "../claims.ts";
import { CALL, PLACED } from "../protocol.ts";
import { TokenClaimer } from "../tokens.ts";

/** Entries that tell of a task. */
const TASK_LENGTH = 7;

/** Before each batch the bridge has the file of numbers begin anew. */
export class BatchClaims implements Claimer {
  readonly #descriptor: number;
  #numbers: TokenClaimer | null = null;
  /** What the calls before the first one of the batch have been. */
  #before = 0;
  #isOpen = true;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Gives how many calls the message has; a call by itself needs no claim. */
  begin(wire: readonly unknown[]): { readonly count: number } {
    const calls = callsIn(wire);
    this.#isOpen = true;
    this.#before = (calls[0] ?? 1) - 1;
    this.#numbers = calls.length > 1 ? new TokenClaimer(this.#descriptor) : null;
    return { count: calls.length };
  }

  claim(seq: number): boolean {
    if (this.#numbers === null) return true;
    return this.#isOpen && this.#numbers.claim(seq - this.#before);
  }

  /** What has not begun is for others. */
  close(): void {
    this.#isOpen = false;
  }
}

/** The numbers of the calls in a message, which begins with their task. */
function callsIn(wire: readonly unknown[]): number[] {
  const seqs: number[] = [];
  for (let at = TASK_LENGTH; wire[at] === CALL; ) {
    seqs.push(wire[at + 1] as number);
    const placed = ((wire[at + 5] as number) & PLACED) !== 0;
    at += 7 + (wire[at + 6] as number) + (placed ? 1 : 0);
  }
  return seqs;
}
