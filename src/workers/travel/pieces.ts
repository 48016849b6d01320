/** A file on its way to a worker, a piece at a time. */
import type { IncomingFile } from "../../code/incoming-file.ts";

/**
 * Gives its place at last. Each call asks itself: one that waited for another would keep its place from it. The first
 * to have it is enough, so `found` is looked at in between.
 *
 * @param atOnce In bytes.
 * @throws Error if it does not come, or is something else.
 */
export async function bringPieces(
  incoming: IncomingFile,
  size: number,
  atOnce: number,
  ask: (at: number, length: number) => Promise<unknown>,
  found: () => string | null,
): Promise<string> {
  try {
    for (let at = 0; at < size; at += atOnce) {
      const place = found();
      if (place !== null) return place;
      incoming.write((await ask(at, Math.min(atOnce, size - at))) as Uint8Array);
    }
    const place = incoming.end();
    if (place === null) throw new Error("it was changed meanwhile");
    return place;
  } finally {
    incoming.giveUp();
  }
}
