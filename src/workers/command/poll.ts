/** How often a file is looked at, in milliseconds: at first, and when nothing has come for long. */
const SOON = 10;
const SELDOM = 250;
const SLOWER = 1.3;

/** Looks again and again for what comes: soon after something came, then less and less often. */
export class Poll {
  readonly #look: () => boolean;
  readonly #onError: (error: unknown) => void;
  #wait = SOON;
  #timer: NodeJS.Timeout | undefined;

  /** `look` is true when it has found something. Where it throws, `onError` is told, and no more looks are taken. */
  constructor(look: () => boolean, onError: (error: unknown) => void) {
    this.#look = look;
    this.#onError = onError;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      try {
        this.look();
      } catch (error) {
        this.#onError(error);
      }
    }, this.#wait);
  }

  /** Looks now, and goes on. */
  look(): void {
    this.#learn(this.#look());
    this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Waits, and looks once. */
  async once(): Promise<void> {
    this.stop();
    await new Promise(resolve => setTimeout(resolve, this.#wait));
    this.#learn(this.#look());
  }

  #learn(found: boolean): void {
    this.#wait = found ? SOON : Math.min(SELDOM, this.#wait * SLOWER);
  }
}
