/** What goes wrong with the queue's folder. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../../errors.ts";
import { damagedIndex, type Kept, storeError } from "../../store/failures.ts";

/** What the system says of files that somebody has removed while they were open. */
const LOST = new Set(["ENOENT", "EBADF"]);
const QUEUE: Kept = {
  name: "queue",
  room: "",
  elsewhere: "name another folder with -o (`delay: { store }`, or HEDDLE_QUEUE in the environment)",
  anew: "What it held cannot be read any more. While nothing uses it, put back a copy of its folder `queue`, or move that away: then it begins anew, without jobs.",
};

export function queueError(folder: string, error: unknown): Error {
  const opened = error instanceof Error && "code" in error && LOST.has(String(error.code));
  if (opened && !existsSync(join(folder, "queue"))) {
    const hint = "What it held is lost. End the processes that use it, and start them again: then it begins anew.";
    return new StoreError({ kept: QUEUE.name, folder, problem: "its folder is gone", hint }, { cause: error });
  }
  return storeError(folder, error, QUEUE);
}

export function damagedQueue(folder: string, how: string, cause?: unknown): Error {
  return damagedIndex(folder, how, cause, QUEUE);
}
