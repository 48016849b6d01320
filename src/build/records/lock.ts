/** One build at a time in a project. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isGone, writerMark } from "../../store/writer.ts";

const LOOK_AGAIN = 50;

export interface Lock {
  release(): void;
}

/** @param waits is told, once, of a build that has it, by the number of its process. */
export async function lock(file: string, waits: (process: string) => void): Promise<Lock> {
  mkdirSync(dirname(file), { recursive: true });
  const own = writerMark();
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, own);
  try {
    for (let told = false; !take(file, draft); ) {
      const holder = holderOf(file);
      if (holder === null) continue;
      if (isGone(holder)) {
        clear(file, holder, draft);
        continue;
      }
      if (!told) waits(holder.split(".")[1] ?? "?");
      told = true;
      await sleep(LOOK_AGAIN);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    release() {
      if (holderOf(file) === own) rmSync(file, { force: true });
    },
  };
}

/** It appears with its content, or not at all. */
function take(file: string, draft: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function holderOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** Takes away the lock of a process that is gone; if another has taken its place in the meantime, that stays. */
function clear(file: string, holder: string, draft: string): void {
  const aside = `${draft}.old`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (holderOf(aside) !== holder) take(file, aside);
  rmSync(aside, { force: true });
}
