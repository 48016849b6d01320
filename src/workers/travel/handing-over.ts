/** What a call leaves on a machine whose disk the coordinator may not see: its files, on their way to there. */
import { closeSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import { join, sep } from "node:path";
import type { PackedFile } from "../../codec/file-table.ts";
import type { PackedValue } from "../../codec/packed.ts";
import { FileError } from "../../errors.ts";
import { FileDigests } from "../../store/file-digests.ts";
import type { Execution } from "../execute.ts";
import { GIVES, NEEDS } from "../protocol.ts";
import type { Ask } from "./away.ts";
import type { LeftFile } from "./landing.ts";
import { stampAt } from "./stamps.ts";

/** A file of a result; `home`: what it is a copy of, if it came here as an input. */
export type ResultFile = PackedFile & { readonly home: string | null };

export class HandingOver {
  readonly #ask: Ask;
  readonly #atOnce: number;
  readonly #execution: Execution;

  constructor(ask: Ask, atOnce: number, execution: Execution) {
    this.#ask = ask;
    this.#atOnce = atOnce;
    this.#execution = execution;
  }

  /** `placed`: the result, given where its files are for the coordinator. */
  async all(
    files: readonly ResultFile[],
    placed: (places: ReadonlyMap<string, string>) => PackedValue,
  ): Promise<PackedValue> {
    const left = [...files.map(asLeft), ...(await this.#besides(files))];
    if (left.length === 0) return placed(new Map());
    const wanted = await this.#wanted(left);
    const places = new Map<string, string>();
    for (const [i, place] of wanted.entries()) {
      const path = files[i]?.path ?? left[i]!.path;
      if (place !== null) await this.#send(i, path, left[i]!.size);
      places.set(path, place ?? left[i]!.path);
    }
    const { directory } = this.#execution;
    // Nobody else would remove it, where the coordinator has one of its own at that path.
    if (directory !== null && wanted.some(place => place?.startsWith(directory + sep))) {
      rmSync(directory, { recursive: true, force: true });
    }
    return placed(places);
  }

  /** What else is in the directory of the call, if that is kept with the result. */
  async #besides(files: readonly ResultFile[]): Promise<readonly LeftFile[]> {
    const folder = this.#execution.keptDirectory;
    if (folder === null) return [];
    const [isThere] = await this.#ask([NEEDS, "directory", JSON.stringify([folder, stampAt(folder)])]);
    if (isThere === true) return [];
    const digests = new FileDigests(null);
    const named = new Set(files.map(({ path }) => path));
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap(name => {
      const path = join(folder, name);
      const found = named.has(path) ? null : digests.of(path);
      return found === null ? [] : [{ path, digest: found.digest, size: found.size, stamp: "" }];
    });
  }

  async #wanted(left: readonly LeftFile[]): Promise<readonly (string | null)[]> {
    try {
      const [places] = await this.#ask([NEEDS, "files", JSON.stringify([this.#execution.directory, left])]);
      return JSON.parse(String(places)) as (string | null)[];
    } catch (error) {
      throw this.#notSent(left.length === 1 ? left[0]!.path : `one of ${left.length} files`, error as Error);
    }
  }

  async #send(number: number, path: string, size: number): Promise<void> {
    try {
      const file = openSync(path, "r");
      try {
        for (let at = 0; at < size || at === 0; at += this.#atOnce) {
          const bytes = new Uint8Array(Math.min(this.#atOnce, size - at));
          const read = readSync(file, bytes, 0, bytes.byteLength, at);
          if (read < bytes.byteLength) throw new Error("it was changed meanwhile");
          await this.#ask([GIVES, JSON.stringify([number, at + this.#atOnce >= size, at]), bytes]);
        }
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw this.#notSent(path, error as Error);
    }
  }

  #notSent(file: string, cause: Error): Error {
    const problem = `could not be brought to where the flow runs: ${cause.message}`;
    const hint = "Let the task leave it as it is when it returns, or write it where all machines see it.";
    const details = { what: "The result", task: this.#execution.task, path: "a file of it", file, problem, hint };
    return new FileError(details, { cause });
  }
}

function asLeft({ path, digest, size, home }: ResultFile): LeftFile {
  return home === null ? { path, digest, size, stamp: stampAt(path) } : { path: home, digest, size, stamp: "-" };
}
