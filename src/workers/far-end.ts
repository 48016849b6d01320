/** The far end of the line to the coordinator, of one call that a user's runner executes. */
import { readFrame } from "../codec/whole-frame.ts";
import { CancelledError } from "../errors.ts";
import { bytesOf } from "./envelope.ts";
import type { Execution } from "./execute.ts";
import { CANCEL, GIVEN, RESUME, TELL } from "./protocol.ts";
import type { WireReporter } from "./reporter.ts";
import type { Ask as AskFiles } from "./travel/away.ts";

type Ask = (bytes: Uint8Array) => Promise<Uint8Array>;

export class FarEnd {
  readonly #ask: Ask | undefined;
  readonly #askFor: Ask | undefined;
  readonly #messages: unknown[];
  readonly #keep: (wire: unknown[]) => Promise<void>;
  readonly #underWay = new Set<Promise<void>>();
  #execution: Execution | null = null;
  #reporter: WireReporter | null = null;
  #listens = false;
  #over = false;
  /** Nobody hears it any more. */
  #givenUp = false;

  /**
   * What need not be said at once is gathered in `messages`; `keep` puts away what is large of a result.
   *
   * @param askFor As `ask`, for what keeps the call from going on only for a moment.
   */
  constructor(
    ask: Ask | undefined,
    messages: unknown[],
    keep: (wire: unknown[]) => Promise<void>,
    askFor: Ask | undefined = ask,
  ) {
    this.#askFor = askFor;
    this.#keep = keep;
    this.#ask = ask;
    this.#messages = messages;
  }

  serve(execution: Execution, reporter: WireReporter): void {
    this.#execution = execution;
    this.#reporter = reporter;
  }

  /** As soon as the call has called something, all that it says is said at once, and it listens. */
  send(wire: readonly unknown[]): void {
    if (this.#over || this.#givenUp || this.#ask === undefined || this.#execution?.nested == null) {
      this.#messages.push(...wire);
      return;
    }
    const said = this.#exchange([...this.#messages.splice(0), ...wire]).catch(error => this.#broken(error));
    this.#underWay.add(said);
    void said.then(() => this.#underWay.delete(said));
    if (!this.#listens) void this.#listen();
  }

  /** Brings a question about files to the coordinator; null where nobody answers. */
  get files(): AskFiles | null {
    const ask = this.#askFor;
    if (ask === undefined) return null;
    return async wire => {
      const [operation, what, ...given] = await exchanged(ask, wire);
      if (operation === GIVEN && what !== "refused") return given;
      if (operation === CANCEL) this.#cancelled(given[0]);
      throw new Error(operation === GIVEN ? String(given[0]) : "nobody answers");
    };
  }

  async end(): Promise<void> {
    this.#reporter?.flush();
    this.#over = true;
    await Promise.all(this.#underWay);
  }

  async #listen(): Promise<void> {
    this.#listens = true;
    try {
      while (!this.#over && !this.#givenUp) await this.#exchange([]);
    } catch (error) {
      this.#broken(error);
    }
  }

  async #exchange(wire: unknown[]): Promise<void> {
    if (wire.length > 0) await this.#keep(wire);
    const answer = await exchanged(this.#ask!, wire);
    for (let at = 0; at < answer.length; ) {
      if (answer[at] === RESUME) {
        at += 2;
        this.#execution!.goOn();
      } else if (answer[at] === TELL) {
        const length = answer[at + 2] as number;
        this.#reporter!.hear(this.#execution!, answer.slice(at + 3, at + 3 + length));
        at += 3 + length;
      } else if (answer[at] === CANCEL) {
        this.#cancelled(answer[at + 2]);
        return;
      } else return;
    }
  }

  #cancelled(reason: unknown): void {
    this.#givenUp = true;
    this.#execution?.abort(new CancelledError({ task: this.#execution.id, reason: String(reason) }));
  }

  /** Nobody answers any more: the call cannot get on. */
  #broken(error: unknown): void {
    if (!this.#over) this.#execution?.abort(error instanceof Error ? error : new Error(String(error)));
  }
}

async function exchanged(ask: Ask, wire: readonly unknown[]): Promise<unknown[]> {
  return readFrame(await ask(bytesOf(wire)), "the coordinator");
}
