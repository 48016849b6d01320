/** In a worker elsewhere: where the modules of tasks are that the coordinator sends if they are not here. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Manifest } from "../../code/manifest.ts";
import { NEEDS } from "../protocol.ts";
import type { Ask } from "./away.ts";

type Shelf = import("../../code/shelf.ts").Shelf;

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
  const askFor = async (what: "manifest" | "code", of: string) => {
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
  const missing = missingOn(opened, manifest);
  while (missing.length > 0) {
    let size = 0;
    let count = 0;
    while (count < missing.length && size < atOnce) size += missing[count++]!.size + 1_000;
    const wanted = missing.splice(0, count).map(({ digest }) => digest);
    const given = await askFor("code", JSON.stringify([module, wanted]));
    for (const [i, digest] of wanted.entries()) opened.put(digest, given[i] as Uint8Array);
  }
  return opened.layOut(manifest);
}

function missingOn(shelf: Shelf, { files }: Manifest) {
  const each = new Map(files.map(file => [file.digest, file]));
  return [...each.values()].filter(({ digest }) => !shelf.has(digest));
}
