/** In a worker of a cluster: where the modules of tasks are, on a machine that may not have what the coordinator has. */
import { fileURLToPath } from "node:url";
import { CODE, GIVEN } from "../protocol.ts";
import { placeOfCode } from "../travel/sent-code.ts";
import { stampAt } from "../travel/stamps.ts";

/** In bytes, about: what is asked for at once. */
export const AT_ONCE = 8 * 1024 ** 2;

type Given = readonly unknown[];

export class Origins {
  readonly #say: (wire: unknown[]) => void;
  /** By module: what its file looks like where the coordinator is; empty if that is not to be looked for here. */
  readonly #stamps = new Map<string, string>();
  readonly #asked: { resolve(given: Given): void; reject(error: Error): void }[] = [];

  constructor(say: (wire: unknown[]) => void) {
    this.#say = say;
  }

  /** Takes what concerns code from a message; null if nothing is left of it. */
  take(wire: unknown[]): unknown[] | null {
    if (wire[0] === CODE) {
      this.#stamps.set(wire[1] as string, wire[2] as string);
      return wire.slice(3);
    }
    if (wire[0] !== GIVEN) return wire;
    const asked = this.#asked.shift();
    if (wire[1] === "refused") asked?.reject(new Error(String(wire[2])));
    else asked?.resolve(wire.slice(2));
    return null;
  }

  /** The URL under which a module can be imported here. */
  async placeOf(module: string): Promise<string> {
    const stamp = this.#stamps.get(module);
    if (stamp === undefined) return module;
    if (stamp !== "" && stampAt(fileURLToPath(module)) === stamp) return module;
    return placeOfCode(module, this.ask, AT_ONCE, stamp !== "");
  }

  /** Brings a question to the coordinator; nobody asks while another question is open. */
  readonly ask = (wire: unknown[]): Promise<Given> =>
    new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#say(wire);
    });
}
