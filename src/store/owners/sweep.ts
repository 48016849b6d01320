import { readdirSync } from "node:fs";
import { join } from "node:path";
import { removeJournal } from "./journal.ts";
import { reach } from "./wire.ts";

/**
 * Removes what is left of processes that were killed before they were enlisted, or after they had left. To be called by
 * the arbiter as it takes office: only an arbiter has a journal. Who only comes is alive, and keeps its socket.
 */
export function sweep(folder: string, enlisted: ReadonlySet<string>): void {
  for (const name of namesIn(folder)) {
    const [id = ""] = name.split(".", 1);
    if (enlisted.has(id)) continue;
    if (name !== id) removeJournal(folder, id);
    // The file of a socket is removed by who finds that nobody listens.
    else void reach(join(folder, name)).then(socket => socket?.destroy());
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => /^[0-9a-f]{16}(\.held(\.new)?)?$/.test(name));
  } catch {
    return [];
  }
}
