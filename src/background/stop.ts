/** By it a job is told to stop. A signal of Node's own takes longer to make than a short job takes. */
export class Stop {
  #reason: Error | null = null;
  readonly #heard = new Set<(reason: Error) => void>();

  /** Null while it has not been told. */
  get reason(): Error | null {
    return this.#reason;
  }

  /** The first reason counts. */
  tell(reason: Error): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    // Who begins to hear by that is told at once.
    for (const hear of [...this.#heard]) hear(reason);
  }

  /** Calls `hear` when it is told, at once if it has been; gives what ends that. */
  hear(hear: (reason: Error) => void): () => void {
    this.#heard.add(hear);
    if (this.#reason !== null) hear(this.#reason);
    return () => void this.#heard.delete(hear);
  }
}
