import { BoundedOutput } from "../output.ts";
import type { StreamName } from "../protocol.ts";

/** How much of its end an error shows, in characters. */
const TAIL = 2_000;

/** What a command itself writes: told as it comes, and its end kept for errors. */
export class CommandOutput {
  readonly #bounded: BoundedOutput;
  #tail = "";

  constructor(tell: (stream: StreamName, text: string) => void) {
    this.#bounded = new BoundedOutput((stream, text) => {
      this.#tail = (this.#tail + text).slice(-TAIL);
      tell(stream, text);
    });
  }

  write(stream: StreamName, bytes: Uint8Array | string): void {
    this.#bounded.write(stream, bytes);
  }

  end(): void {
    this.#bounded.end();
  }

  get tail(): string {
    return this.#tail.trim();
  }
}
