/** In a worker elsewhere: where the modules of tasks are that the coordinator sends if they are not here. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CodeFile, Manifest } from "../../code/manifest.ts";
import type { Digest } from "../../codec/digest.ts";
import { NEEDS } from "../protocol.ts";
import type { Ask } from "./away.ts";
import { bringPieces } from "./pieces.ts";

type Shelf = import("../../code/shelf.ts").Shelf;

/** In bytes: what a file takes in a message besides its content. */
const BESIDES = 1_000;

/** The folder of this process. */
let opened: Shelf | null = null;

/**
 * The URL under which a module can be imported here.
 *
 * @param atOnce In bytes, about: what is asked for at once.
 * @param mayLie Whether it is used where it lies, if that is the same.
 */
export async function placeOfCode(module: string, ask: Ask, atOnce: number, mayLie = true): Promise<string> {
  const [{ foreign, isHere, Shelf }, { manifestIn }] = await Promise.all([
    import("../../code/shelf.ts"),
    import("../../code/manifest.ts"),
  ]);
  const askFor = async (what: "manifest" | "code" | "code piece", of: string) => {
    try {
      return await ask([NEEDS, what, of]);
    } catch (error) {
      throw new Error(`it is not here, and could not be sent: ${(error as Error).message}`);
    }
  };
  const manifest = manifestIn(String((await askFor("manifest", module))[0]));
  if (mayLie && existsSync(fileURLToPath(module)) && isHere(manifest)) return module;
  const problem = foreign(manifest);
  if (problem !== null) throw new Error(`it was sent from another machine: ${problem}`);
  opened ??= new Shelf();
  const shelf = opened;
  const missing = missingOn(shelf, manifest);
  const [large, small] = [true, false].map(isLarge => missing.filter(({ size }) => size > atOnce === isLarge));
  for (const { digest, size } of large!) {
    const ask = async (at: number, length: number) =>
      (await askFor("code piece", JSON.stringify([module, digest, at, length])))[0];
    await bringPieces(shelf.begin(digest), size, atOnce, ask, () => (shelf.has(digest) ? digest : null));
  }
  for (const wanted of batched(small!, atOnce)) {
    const given = await askFor("code", JSON.stringify([module, wanted]));
    for (const [i, digest] of wanted.entries()) shelf.put(digest, given[i] as Uint8Array);
  }
  return shelf.layOut(manifest);
}

/** What is asked for together: no more than so many bytes. */
function* batched(files: readonly CodeFile[], atOnce: number): Generator<readonly Digest[]> {
  let batch: Digest[] = [];
  let total = 0;
  for (const { digest, size } of files) {
    if (batch.length > 0 && total + size > atOnce) {
      yield batch;
      [batch, total] = [[], 0];
    }
    batch.push(digest);
    total += size + BESIDES;
  }
  if (batch.length > 0) yield batch;
}

function missingOn(shelf: Shelf, { files }: Manifest) {
  const each = new Map(files.map(file => [file.digest, file]));
  return [...each.values()].filter(({ digest }) => !shelf.has(digest));
}
