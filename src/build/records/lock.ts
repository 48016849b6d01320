/** One build at a time in a project. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { isGone, isHere, writerMark } from "../../store/writer.ts";

const LOOK_AGAIN = 50;

export interface Lock {
  release(): void;
}

/** Told, once, of a build that has to end first. `mayBeGone`: of its process that cannot be known from here. */
export type Waits = (text: string, mayBeGone: boolean) => void;

export async function lock(file: string, waits: Waits): Promise<Lock> {
  const own = `${writerMark()} ${hostname()}`;
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, own);
  try {
    for (let told = false; !take(file, draft); ) {
      const holder = holderOf(file);
      if (holder === null) continue;
      if (isGone(markOf(holder))) {
        clear(file, holder, draft);
        continue;
      }
      if (!told) waits(textOf(holder, file), !isHere(markOf(holder)));
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

function markOf(holder: string): string {
  return holder.split(" ", 1)[0]!;
}

function textOf(holder: string, file: string): string {
  const mark = markOf(holder);
  const process = `process ${mark.split(".")[1] ?? "?"}`;
  if (isHere(mark)) return `Another build is at work here (${process}): waiting until it has ended`;
  const machine = holder.slice(mark.length + 1) || "another machine";
  return (
    `Another build is at work here (${process} on ${machine}, or in a container there): waiting until it has ended. ` +
    `If it is gone, delete ${file}`
  );
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
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
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
