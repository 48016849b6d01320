const every = 250;
const samples = 48;
const enough = 8;

/** How fast the calls of one task finish: over the last twelve seconds, or since the start while few have finished. */
export class Pace {
  readonly #times = new Float64Array(samples);
  readonly #counts = new Float64Array(samples);
  #size = 0;
  #next = 0;
  #latest = 0;
  #start: number | undefined;
  #last = 0;

  /** The first call of the task started. */
  begin(at: number): void {
    if (this.#start !== undefined) return;
    this.#start = at;
    this.#sample(at, 0);
  }

  /** So many calls had finished at this time. */
  mark(at: number, finished: number): void {
    this.#latest = finished;
    if (this.#start === undefined) this.begin(at);
    else if (at - this.#last >= every) this.#sample(at, finished);
  }

  /** Calls per second, once a few have finished. */
  perSecond(now: number): number | undefined {
    if (this.#start === undefined || this.#latest < 2) return undefined;
    const oldest = this.#size < samples ? 0 : this.#next;
    let since = this.#times[oldest]!;
    let done = this.#latest - this.#counts[oldest]!;
    if (done < enough) {
      since = this.#start;
      done = this.#latest;
    }
    const ms = now - since;
    return ms >= every && done > 0 ? (done / ms) * 1000 : undefined;
  }

  #sample(at: number, finished: number): void {
    this.#times[this.#next] = at;
    this.#counts[this.#next] = finished;
    this.#next = (this.#next + 1) % samples;
    this.#size = Math.min(samples, this.#size + 1);
    this.#last = at;
  }
}
