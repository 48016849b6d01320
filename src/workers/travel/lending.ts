/** On the coordinator's side: gives out the files that inputs name to workers that do not have them. */
import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import { FileDigests } from "../../store/file-digests.ts";
import type { CodeSource } from "../cluster/code.ts";
import { GIVEN } from "../protocol.ts";
import { checkSize } from "./size.ts";
import { writeStamps } from "./stamps.ts";

export class Lending {
  readonly digests = new FileDigests(null);
  /** Gives out code, too, if there is one. */
  readonly code: CodeSource | null;
  /** Nobody gets anything else. */
  readonly #lent = new Set<string>();

  constructor(code: CodeSource | null = null) {
    this.code = code;
  }

  /** Says behind a call in a message, which begins at `from`, what its files are. */
  say(wire: unknown[], from: number): void {
    for (const path of writeStamps(wire, from)) this.#lent.add(path);
  }

  /** @throws Error that says why not. */
  async file(path: string): Promise<unknown[]> {
    this.#check(path);
    checkSize(statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    const found = await this.digests.soon(path);
    if (found === null) throw new Error("it is not there any more");
    const { digest, size } = found;
    return [GIVEN, "file", digest, size];
  }

  /** @throws Error that says why not. */
  async piece(of: string): Promise<unknown[]> {
    const [path, at, length] = JSON.parse(of) as [string, number, number];
    this.#check(path);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, at);
      return [GIVEN, "piece", buffer.subarray(0, bytesRead)];
    } finally {
      await file.close();
    }
  }

  #check(path: string): void {
    if (!this.#lent.has(path)) throw new Error("no input names it");
  }
}
