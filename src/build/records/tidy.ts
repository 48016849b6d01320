/** Drafts that processes have left which were killed. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isGone } from "../../store/writer.ts";

/** Whoever calls this has the lock: nobody else writes records now, but others may wait. */
export function tidy(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const isLeft = /^(records|code)\.\d+$/.test(name) || (/^lock\.\d+\./.test(name) && isOfNobody(file));
    if (isLeft) rmSync(file, { force: true });
  }
}

function isOfNobody(file: string): boolean {
  try {
    return isGone(readFileSync(file, "utf8").split(" ", 1)[0]!);
  } catch {
    return false;
  }
}
