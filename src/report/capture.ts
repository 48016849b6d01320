const most = 32 * 1024;

export type CaptureKind = "stdout" | "stderr" | "command" | "log" | "warning" | "attempt";
/** Which of a call's own output is shown with its failure. */
export type ShowCapture = "no" | "stdout" | "stderr" | "all";

/** What calls that are not over have had to say, by call. */
export class Captures {
  readonly #byCall = new Map<number, Capture>();

  of(call: number): Capture {
    const known = this.#byCall.get(call);
    if (known !== undefined) return known;
    const added = new Capture();
    this.#byCall.set(call, added);
    return added;
  }

  forget(call: number): void {
    if (this.#byCall.size > 0) this.#byCall.delete(call);
  }
}

interface Piece {
  readonly kind: CaptureKind;
  text: string;
}

/** What one call, or one worker, had to say: the last 32,768 characters of it, in order. */
export class Capture {
  readonly #pieces: Piece[] = [];
  #length = 0;
  /** Characters that are left out at the front. */
  dropped = 0;

  add(kind: CaptureKind, text: string): void {
    if (text === "") return;
    const last = this.#pieces.at(-1);
    if (last?.kind === kind && (kind === "stdout" || kind === "stderr" || kind === "command")) last.text += text;
    else this.#pieces.push({ kind, text });
    this.#length += text.length;
    // Trimmed rarely, as each trim copies.
    if (this.#length > 2 * most) this.#trim();
  }

  get pieces(): readonly Readonly<Piece>[] {
    this.#trim();
    return this.#pieces;
  }

  /** Equal for captures that show alike. */
  get key(): string {
    return JSON.stringify(this.pieces.map(({ kind, text }) => [kind, text]));
  }

  #trim(): void {
    let over = this.#length - most;
    if (over <= 0) return;
    this.dropped += over;
    this.#length = most;
    while (over > 0) {
      const first = this.#pieces[0]!;
      if (first.text.length > over) {
        first.text = first.text.slice(over);
        return;
      }
      over -= first.text.length;
      this.#pieces.shift();
    }
  }
}
