/** Where one call on another disk asks for files, and brings those that it gives. */
import type { Dispatch, Host } from "../../task/runner.ts";
import { GIVEN, GIVES, NEEDS } from "../protocol.ts";
import { isCode } from "./code.ts";
import { Landing } from "./landing.ts";
import type { Lending } from "./lending.ts";

export class FileDesk {
  readonly #lending: Lending;
  readonly #landing: Landing;

  constructor(host: Host, call: Dispatch, lending: Lending) {
    this.#lending = lending;
    this.#landing = new Landing(host, call, lending.digests);
  }

  /** The answer to a message that asks or brings something; null for other messages. Never rejects. */
  answer(wire: readonly unknown[]): Promise<unknown[]> | null {
    const [operation, what, of] = wire as [number, string, string | Uint8Array];
    if (operation === NEEDS) return this.needs(what, of as string);
    return operation === GIVES ? this.gives(what, of as Uint8Array) : null;
  }

  needs(what: string, of: string): Promise<unknown[]> {
    return this.#unlessRefused(async () => {
      if (what === "file") return await this.#lending.file(of);
      if (what === "piece") return await this.#lending.piece(of);
      if (isCode(what)) return await this.#code(what, of);
      return what === "directory" ? this.#landing.directory(of) : await this.#landing.files(of);
    });
  }

  gives(of: string, bytes: Uint8Array): Promise<unknown[]> {
    return this.#unlessRefused(async () => this.#landing.take(of, bytes));
  }

  /** The call has ended, whatever it was about to bring. */
  close(): void {
    this.#landing.close();
  }

  async #code(what: string, of: string): Promise<unknown[]> {
    const { code } = this.#lending;
    if (code === null) throw new Error("no code is sent from here");
    return code.answer(what, of);
  }

  async #unlessRefused(answer: () => Promise<unknown[]>): Promise<unknown[]> {
    try {
      return await answer();
    } catch (error) {
      this.#landing.giveUp();
      return [GIVEN, "refused", (error as Error).message];
    }
  }
}
