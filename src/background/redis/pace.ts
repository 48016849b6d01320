/** How long the jobs of a line take, and so how many of them are one for BullMQ. */
import type { Connection } from "./connection.ts";

/** So much work is given out as one, in milliseconds: who is free meanwhile gets nothing of it. */
const WORK = 10;
const MOST = 50;
/** In milliseconds of work: so often what is known of it is looked at anew. */
const WINDOW = 20;

/** What Redis says of the pace of a line; nothing where none of its jobs has ended. */
export function together(pace: string): number {
  return pace === "" ? 1 : fitting(Number(pace));
}

function fitting(ms: number): number {
  return Math.max(1, Math.min(MOST, Math.floor(WORK / ms) || 1));
}

/** From one end to the next, as far as there was something to do: many that wait at once take less of the worker each. */
export class Pace {
  readonly #line: string;
  readonly #connection: Connection;
  #ms = Number.POSITIVE_INFINITY;
  #busy = 0;
  #count = 0;
  #endedAt = 0;
  /** What was told, to those who hand over jobs. */
  #told = 1;

  constructor(line: string, connection: Connection) {
    this.#line = line;
    this.#connection = connection;
  }

  /** Whether several are given out as one. */
  get isShort(): boolean {
    return fitting(this.#ms) > 1;
  }

  /** One has ended that was begun then. */
  learn(began: number): void {
    const now = performance.now();
    this.#busy += now - Math.max(began, this.#endedAt);
    this.#endedAt = now;
    this.#count += 1;
    if (this.#busy < WINDOW) return;
    const ms = this.#busy / this.#count;
    // Quick to believe that they are long: short ones that wait behind a long one are worse than some that cost more.
    this.#ms = ms > this.#ms || this.#ms === Number.POSITIVE_INFINITY ? ms : (ms + this.#ms) / 2;
    this.#busy = 0;
    this.#count = 0;
    this.#tell();
  }

  /** Some take longer than was thought. */
  forget(): void {
    this.#ms = WORK;
    this.#tell();
  }

  #tell(): void {
    const fits = fitting(this.#ms);
    if (fits < 2 * this.#told && 2 * fits > this.#told) return;
    this.#told = fits;
    const { keys } = this.#connection;
    void this.#connection.use(client => client.hset(`${keys}paces`, this.#line, this.#ms)).catch(() => {});
  }
}
