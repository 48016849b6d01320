/** In a worker whose disk may not be the coordinator's: brings the files that inputs name, and sends those of results. */
import { statSync } from "node:fs";
import path from "node:path";
import type { Digest } from "../../codec/digest.ts";
import { filesIn, withPaths } from "../../codec/file-table.ts";
import type { PackedValue } from "../../codec/packed.ts";
import { valuesWithFiles } from "../../codec/wire.ts";
import { FileError } from "../../errors.ts";
import { digestFile } from "../../store/file-digests.ts";
import type { Execution } from "../execute.ts";
import { NEEDS } from "../protocol.ts";
import { HandingOver } from "./handing-over.ts";
import { bringPieces } from "./pieces.ts";
import { lengthOfStamps, readStamps, stampAt } from "./stamps.ts";

/** Brings a question to the coordinator, and what it says to that. @throws Error that says why it says nothing. */
export type Ask = (wire: unknown[]) => Promise<readonly unknown[]>;

/** Where copies lie here, and the paths of what they are copies of. */
const homes = new Map<string, string>();

export class AwayFiles {
  readonly #ask: Ask;
  /** In bytes: what travels at once. */
  readonly #atOnce: number;
  readonly #stamps = new Map<string, string>();

  constructor(ask: Ask, atOnce: number) {
    this.#ask = ask;
    this.#atOnce = atOnce;
  }

  /** Takes what is said of the files of a call, at this place of a message; gives how long that is. */
  hear(wire: readonly unknown[], at: number): number {
    for (const [file, stamp] of readStamps(wire, at)) this.#stamps.set(file, stamp);
    return lengthOfStamps(wire, at);
  }

  /** Puts the files here into the places of those that inputs name, from there on in a message; null if they are these. */
  bring(task: string, wire: readonly unknown[], from: number): Promise<void> | null {
    const missing = new Set<string>();
    for (const [, packed] of valuesWithFiles(wire, from)) {
      for (const file of filesIn(packed)) {
        const stamp = this.#stamps.get(file.path);
        if (stamp !== undefined && (stamp === "" || stampAt(file.path) !== stamp)) missing.add(file.path);
      }
    }
    return missing.size === 0 ? null : this.#bring(task, missing, wire as unknown[], from);
  }

  /** The result of a call, once its files are where the coordinator sees them; null if there is nothing to do. */
  handOver(execution: Execution, packed: PackedValue): Promise<PackedValue> | null {
    const files = filesIn(packed);
    const kept = execution.keptDirectory;
    if (files.length === 0 && kept === null) return null;
    const handing = new HandingOver(this.#ask, this.#atOnce, execution);
    return handing.all(
      files.map(file => ({ ...file, home: homes.get(file.path) ?? null })),
      places => withPaths(packed, file => places.get(file) ?? file),
    );
  }

  async #bring(task: string, missing: ReadonlySet<string>, wire: unknown[], from: number): Promise<void> {
    const places = new Map<string, string>();
    for (const file of missing) places.set(file, await this.#placeOf(task, file));
    for (const [at, packed] of [...valuesWithFiles(wire, from)]) {
      const placed = withPaths(packed, file => places.get(file) ?? file);
      wire[at] = (placed as typeof packed).data;
    }
  }

  async #placeOf(task: string, file: string): Promise<string> {
    try {
      const [digest, size] = (await this.#ask([NEEDS, "file", file])) as [Digest, number];
      if (isSame(file, digest, size)) return file;
      return await this.#fetch(file, digest, size);
    } catch (error) {
      throw notBrought(task, file, error as Error);
    }
  }

  async #fetch(file: string, digest: Digest, size: number): Promise<string> {
    const { KeptFiles } = await import("../../code/kept-files.ts");
    const kept = new KeptFiles();
    const name = path.basename(file);
    const found = () => kept.find(digest, name, size);
    const ask = async (at: number, length: number) =>
      (await this.#ask([NEEDS, "piece", JSON.stringify([file, at, length])]))[0];
    const place = found() ?? (await bringPieces(kept.begin(digest, name), size, this.#atOnce, ask, found));
    homes.set(place, file);
    return place;
  }
}

/** A copy that somebody has put there; what cannot be read is none. */
function isSame(file: string, digest: Digest, size: number): boolean {
  try {
    const stat = statSync(file);
    return stat.isFile() && stat.size === size && digestFile(file, size).digest === digest;
  } catch {
    return false;
  }
}

function notBrought(task: string, file: string, cause: Error): Error {
  const problem = `is not on this machine, and could not be sent here: ${cause.message}`;
  const hint = "See that it stays as it is while the call runs, or put it where all machines see it.";
  return new FileError({ what: "An input", task, path: "a file of it", file, problem, hint }, { cause });
}
