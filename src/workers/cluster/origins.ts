/** In a worker of a cluster: where the modules of tasks are, on a machine that may not have what the coordinator has. */
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Manifest } from "../../code/manifest.ts";
import { CODE, GIVEN, NEEDS } from "../protocol.ts";
import { stampOf } from "../stamp.ts";

/** In bytes, about: what is asked for at once. */
export const AT_ONCE = 8 * 1024 ** 2;

type Given = readonly unknown[];

export class Origins {
  readonly #say: (wire: unknown[]) => void;
  /** By module: what its file looks like where the coordinator is; empty if that is not to be looked for here. */
  readonly #stamps = new Map<string, string>();
  readonly #asked: { resolve(given: Given): void; reject(error: Error): void }[] = [];
  #shelf: import("../../code/shelf.ts").Shelf | null = null;

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
    const { resolve, reject } = this.#asked.shift()!;
    if (wire[1] === "refused") reject(new Error(String(wire[2])));
    else resolve(wire.slice(2));
    return null;
  }

  /** The URL under which a module can be imported here. */
  async placeOf(module: string): Promise<string> {
    const stamp = this.#stamps.get(module);
    const here = stamp !== undefined && stamp !== "" && existsSync(fileURLToPath(module));
    if (stamp === undefined || (here && stampOf(statSync(fileURLToPath(module))) === stamp)) return module;
    const [{ foreign, isHere, Shelf }, { manifestIn }] = await Promise.all([
      import("../../code/shelf.ts"),
      import("../../code/manifest.ts"),
    ]);
    const manifest = manifestIn(String((await this.#askFor("manifest", module))[0]));
    if (here && isHere(manifest)) return module;
    const problem = foreign(manifest);
    if (problem !== null) throw new Error(`it was sent from another machine: ${problem}`);
    this.#shelf ??= new Shelf();
    await this.#fetch(this.#shelf, manifest);
    return this.#shelf.layOut(manifest);
  }

  async #fetch(shelf: import("../../code/shelf.ts").Shelf, { entry, files }: Manifest): Promise<void> {
    const missing = [...new Map(files.map(file => [file.digest, file])).values()].filter(
      ({ digest }) => !shelf.has(digest),
    );
    while (missing.length > 0) {
      let size = 0;
      let count = 0;
      while (count < missing.length && size < AT_ONCE) size += missing[count++]!.size + 1_000;
      const wanted = missing.splice(0, count).map(({ digest }) => digest);
      const given = await this.#askFor("code", JSON.stringify([entry, wanted]));
      for (const [i, digest] of wanted.entries()) shelf.put(digest, given[i] as Uint8Array);
    }
  }

  async #askFor(what: "manifest" | "code", of: string): Promise<Given> {
    try {
      return await this.ask([NEEDS, what, of]);
    } catch (error) {
      throw new Error(`it is not here, and could not be sent: ${(error as Error).message}`);
    }
  }

  /** Brings a question to the coordinator; nobody asks while another question is open. */
  readonly ask = (wire: unknown[]): Promise<Given> =>
    new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#say(wire);
    });
}
