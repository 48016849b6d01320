/** What a worker wrote before it died, and what that tells of its death. */

/** So much of its end is kept, in characters: V8 writes some thousand about a lack of memory. */
const KEPT = 8_000;
const SHOWN = 2_000;

const OUT_OF_MEMORY = /^FATAL ERROR: .*(heap out of memory|Reached heap limit)/m;

export class LastWords {
  #text = "";

  add(text: string): void {
    this.#text = (this.#text + text).slice(-KEPT);
  }

  /** What is worth reading of them: without the addresses of native code, and V8's account of its collections. */
  get shown(): string {
    return this.#text
      .replace(/^<--- Last few GCs --->\n[\s\S]*?(?=^FATAL ERROR: )/m, "")
      .replace(/^----- Native stack trace -----\n\n?(?: *\d+: .*\n?)*/gm, "")
      .trim()
      .slice(-SHOWN);
  }

  /** The cause of its death, as the system gave it, in other words where these are known. */
  causeOf(end: string): string {
    return OUT_OF_MEMORY.test(this.#text) ? `it ran out of memory (${end})` : end;
  }
}
