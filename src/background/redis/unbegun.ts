import type { Lent, Line } from "./line.ts";

/** In milliseconds: what came with others, and has not begun after so long, is passed on. */
const PATIENCE = 250;

export interface Waiting {
  readonly line: Line;
  readonly lent: Lent;
}

/** Jobs that came with others, and wait until there is room at this worker. */
export class Unbegun {
  readonly #jobs: (Waiting & { readonly since: number })[] = [];
  readonly #passOn: (waiting: Waiting) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(passOn: (waiting: Waiting) => void) {
    this.#passOn = passOn;
  }

  get size(): number {
    return this.#jobs.length;
  }

  add(line: Line, jobs: readonly Lent[]): void {
    const since = performance.now();
    for (const lent of jobs) this.#jobs.push({ line, lent, since });
  }

  next(): Waiting | undefined {
    return this.#jobs.shift();
  }

  /** Those that are left are to wait. */
  wait(): void {
    if (this.#jobs.length > 0) this.#timer ??= setTimeout(() => this.#look(), PATIENCE);
  }

  #look(): void {
    this.#timer = null;
    const late = performance.now() - PATIENCE;
    while (this.#jobs.length > 0 && this.#jobs[0]!.since <= late) {
      const waiting = this.#jobs.shift()!;
      waiting.line.slow();
      this.#passOn(waiting);
    }
    this.wait();
  }

  /** Gives all that are left, of which none waits any more. */
  clear(): Waiting[] {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    return this.#jobs.splice(0);
  }
}
