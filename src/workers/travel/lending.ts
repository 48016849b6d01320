/** On the coordinator's side: gives out the files that inputs name to workers that do not have them. */
import { statSync } from "node:fs";
import type { Digest } from "../../codec/digest.ts";
import { FileDigests } from "../../store/file-digests.ts";
import { GIVEN } from "../protocol.ts";
import type { CodeSource } from "./code.ts";
import { checkSize, pieceOf } from "./size.ts";
import { stampAt, stampOf, writeStamps } from "./stamps.ts";

export class Lending {
  readonly digests = new FileDigests(null);
  /** Gives out code, too, if there is one. */
  readonly code: CodeSource | null;
  /** By path: the contents that may be given out, null for any. Nobody gets anything else. */
  readonly #lent = new Map<string, Set<Digest> | null>();
  /** What those looked like whose content is one of these. */
  readonly #found = new Map<string, string>();

  constructor(code: CodeSource | null = null) {
    this.code = code;
  }

  /**
   * Says behind a call in a message, which begins at `from`, what its files are. What flows name is given out as it is;
   * what a result names, which workers make up, only if it is what the result says that it is.
   */
  say(wire: unknown[], from: number): void {
    for (const { path, digest } of writeStamps(wire, from)) {
      const contents = this.#lent.get(path);
      if (!digest) this.#lent.set(path, null);
      else if (contents === undefined) this.#lent.set(path, new Set([digest]));
      else contents?.add(digest);
    }
  }

  /** @throws Error that says why not. */
  async file(path: string): Promise<unknown[]> {
    const contents = this.#contentsOf(path);
    checkSize(statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    const stamp = stampAt(path);
    const found = await this.digests.soon(path);
    if (found === null) throw new Error("it is not there any more");
    const { digest, size } = found;
    if (contents !== null) {
      if (!contents.has(digest)) throw new Error("it is not what the result had that names it");
      this.#found.set(path, stamp);
    }
    return [GIVEN, "file", digest, size];
  }

  /** @throws Error that says why not. */
  async piece(of: string): Promise<unknown[]> {
    const [path, at, length] = JSON.parse(of) as [string, number, number];
    const contents = this.#contentsOf(path);
    const bytes = await pieceOf(path, at, length, stat => {
      if (contents !== null && stampOf(stat) !== this.#found.get(path)) throw new Error("it was changed meanwhile");
    });
    return [GIVEN, "piece", bytes];
  }

  #contentsOf(path: string): ReadonlySet<Digest> | null {
    const contents = this.#lent.get(path);
    if (contents === undefined) throw new Error("no input names it");
    return contents;
  }
}
