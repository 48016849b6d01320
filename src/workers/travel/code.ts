/** On the coordinator's side: what workers elsewhere are told of the code of tasks, and given of it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CodeFile, Manifest } from "../../code/manifest.ts";
import { digestBytes } from "../../codec/digest.ts";
import { CODE, GIVEN } from "../protocol.ts";
import { pieceOf } from "./size.ts";
import { stampAt } from "./stamps.ts";

/** `send`: from here; `shared`: from there; null: from there, if it is there and the same. */
export type CodeWay = "send" | "shared" | null;

const NO_PART = "a file was asked for that is no part of it";

/** Whether a worker that needs this needs code. */
export function isCode(what: string): boolean {
  return what === "manifest" || what === "code" || what === "code piece";
}

export class CodeSource {
  readonly #way: CodeWay;
  readonly #stamps = new Map<string, string>();
  /** Nobody gets anything else. */
  readonly #lent = new Set<string>();
  readonly #manifests = new Map<string, Promise<Manifest>>();

  constructor(way: CodeWay) {
    this.#way = way;
  }

  /** What is said of a module before a call of its tasks. */
  origin(module: string | null): unknown[] {
    if (this.#way === "shared" || !this.lend(module)) return [];
    let stamp = this.#stamps.get(module);
    if (stamp === undefined) {
      stamp = this.#way === "send" ? "" : stampAt(fileURLToPath(module));
      this.#stamps.set(module, stamp);
    }
    return [CODE, module, stamp];
  }

  /** From now on workers may have it; false if that is not possible. */
  lend(module: string | null): module is string {
    if (module === null || !module.startsWith("file:")) return false;
    this.#lent.add(module);
    return true;
  }

  /** The answer to what a worker needs. Never rejects. */
  async answer(what: string, of: string): Promise<unknown[]> {
    try {
      if (what === "manifest") return [GIVEN, "manifest", JSON.stringify(await this.#manifest(of))];
      if (what === "code piece") return [GIVEN, what, await this.#piece(of)];
      const [module, wanted] = JSON.parse(of) as [module: string, wanted: readonly string[]];
      const { files } = await this.#manifest(module);
      const byDigest = new Map<string, CodeFile>(files.map(file => [file.digest, file]));
      return [GIVEN, "code", ...wanted.map(digest => contentOf(byDigest.get(digest)))];
    } catch (error) {
      return [GIVEN, "refused", (error as Error).message];
    }
  }

  /** Of a file that is too large to be sent at once; who gets it looks whether it is what it should be. */
  async #piece(of: string): Promise<Uint8Array> {
    const [module, digest, at, length] = JSON.parse(of) as [string, string, number, number];
    const { files } = await this.#manifest(module);
    const file = files.find(each => each.digest === digest);
    if (file === undefined) throw new Error(NO_PART);
    return pieceOf(file.path, at, length);
  }

  async #manifest(module: string): Promise<Manifest> {
    if (!this.#lent.has(module)) throw new Error("no call needs it");
    let manifest = this.#manifests.get(module);
    if (manifest === undefined) {
      // Looked for only when somebody needs it.
      manifest = import("../../code/gather.ts").then(({ gatherCode }) => gatherCode(module));
      this.#manifests.set(module, manifest);
    }
    return manifest;
  }
}

function contentOf(file: CodeFile | undefined): Uint8Array {
  if (file === undefined) throw new Error(NO_PART);
  const bytes = readFileSync(file.path);
  if (digestBytes(bytes) !== file.digest) throw new Error(`${file.path} was changed since the run began`);
  return bytes;
}
