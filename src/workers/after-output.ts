/**
 * Messages of a worker that also writes to other pipes, handed on at the end of the turn of the event loop in which they
 * came. What a call wrote before it ended is there by then, and is read first; without that it would be taken for what
 * nobody, or the next call, has written.
 */
export class AfterOutput {
  readonly #hear: (wire: unknown[]) => void;
  readonly #broken: (error: unknown) => void;
  #wires: unknown[][] = [];

  /** `broken` is given what `hear` throws. */
  constructor(hear: (wire: unknown[]) => void, broken: (error: unknown) => void) {
    this.#hear = hear;
    this.#broken = broken;
  }

  push(wire: unknown[]): void {
    if (this.#wires.push(wire) === 1) setImmediate(() => this.flush());
  }

  /** Hands on what has come, as nothing else will come. */
  flush(): void {
    const wires = this.#wires;
    this.#wires = [];
    try {
      for (const wire of wires) this.#hear(wire);
    } catch (error) {
      this.#broken(error);
    }
  }
}
