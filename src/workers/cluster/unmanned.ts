/** In milliseconds. */
const PATIENCE = 10_000;

/** Says once that calls wait for a cluster which has no worker, as a run would wait without a word. */
export class Unmanned {
  readonly #hasCalls: () => boolean;
  readonly #warn: (text: string) => void;
  #watch: NodeJS.Timeout | undefined;

  constructor(hasCalls: () => boolean, warn: (text: string) => void) {
    this.#hasCalls = hasCalls;
    this.#warn = warn;
  }

  /** How many calls it can run at once. */
  slots(count: number): void {
    this.stop();
    if (count === 0) this.#watch = setInterval(() => this.#look(), PATIENCE).unref();
  }

  stop(): void {
    clearInterval(this.#watch);
  }

  #look(): void {
    if (!this.#hasCalls()) return;
    this.stop();
    this.#warn(`The cluster has had no worker for ${PATIENCE / 1_000} s: calls wait until it has one.`);
  }
}
