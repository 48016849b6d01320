/** Those who wait until nothing is under way. */
export class Rest {
  readonly #isBusy: () => boolean;
  #waiting: (() => void)[] = [];

  constructor(isBusy: () => boolean) {
    this.#isBusy = isBusy;
  }

  /** Something has ended, or need not be waited for any more. */
  look(): void {
    if (this.#isBusy()) return;
    for (const rested of this.#waiting.splice(0)) rested();
  }

  async come(): Promise<void> {
    while (this.#isBusy()) await new Promise<void>(resolve => this.#waiting.push(resolve));
  }
}
