/**
 * When calls are dealt out: at once, but only once in a turn of the event loop; what comes up later waits for its end.
 * Node reads one worker's port until it is empty. A worker that got new calls with each of its answers would answer
 * again within the same turn, and the answers of the others would lie there unread.
 */
export class Pace {
  readonly #deal: () => boolean;
  #due = false;
  #dealt = false;

  /** `deal` is true if something was sent. */
  constructor(deal: () => boolean) {
    this.#deal = deal;
  }

  /** There may be something to deal. */
  soon(): void {
    if (this.#due) return;
    this.#due = true;
    if (!this.#dealt) queueMicrotask(() => this.#go());
  }

  #again(): void {
    this.#dealt = false;
    this.#go();
  }

  #go(): void {
    if (!this.#due) return;
    this.#due = false;
    // While it deals, it may be asked to deal again.
    this.#dealt = true;
    if (this.#deal()) setImmediate(() => this.#again());
    else this.#again();
  }
}
