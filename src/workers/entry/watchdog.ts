/**
 * Ends the process that it is a thread of, by force, when the coordinator is gone: the parent, by its number; or when
 * the folder is gone by which it talks with the coordinator, or holds the order to stop.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { IN, STOP } from "../command/call-folder.ts";

function isLeft(): boolean {
  if (typeof workerData === "number") return process.ppid !== workerData;
  return existsSync(join(workerData, STOP)) || !existsSync(join(workerData, IN));
}

setInterval(() => {
  if (isLeft()) process.kill(process.pid, "SIGKILL");
}, 250);
