/** How long a shared cache is left alone after trouble, in milliseconds. */
export const PAUSE = 30_000;

/**
 * Decides whether a shared cache is asked: after trouble not for a while, then by one request, on whose outcome it
 * depends whether the others follow. Knows no clock; the time comes with each fact.
 */
export class Circuit {
  /** Null while all is well, else when to try again. */
  #closedUntil: number | null = null;
  #trying = false;

  /** Whoever is allowed to must tell of what came of it. */
  allows(now: number): boolean {
    if (this.#closedUntil === null) return true;
    if (now < this.#closedUntil || this.#trying) return false;
    this.#trying = true;
    return true;
  }

  succeeded(): void {
    this.#closedUntil = null;
    this.#trying = false;
  }

  failed(now: number): void {
    this.#closedUntil = now + PAUSE;
    this.#trying = false;
  }
}
