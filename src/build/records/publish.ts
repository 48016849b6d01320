/** Outputs on their way from where they were made to their places. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Places } from "../graph/places.ts";
import { STAGE } from "../work/perform.ts";
import type { Move } from "./log.ts";

/** Does what of these moves has not been done. */
export function publish(moves: readonly Move[], places: Places): void {
  for (const { kind, from, to } of moves) move(kind, places.absolute(from), places.absolute(to));
}

function move(kind: Move["kind"], from: string, to: string): void {
  if (!existsSync(from)) return;
  if (kind === "file") {
    renameSync(from, to);
    return;
  }
  const before = `${from}.before`;
  if (existsSync(to)) renameSync(to, before);
  renameSync(from, to);
  rmSync(before, { recursive: true, force: true });
}

/** Removes what attempts have left in a folder that came to nothing. */
export function sweep(folder: string): void {
  rmSync(join(folder, STAGE), { recursive: true, force: true });
}
