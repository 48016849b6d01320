import { Worker } from "node:worker_threads";
import { entry } from "../platform.ts";

/**
 * Ends this process, by force even if its thread is busy, as soon as another is gone: its parent, by number; or the
 * folder is gone, or holds the order to stop, by which it talks with the coordinator.
 */
export function endWith(other: number | string): void {
  const { url, flags } = entry("watchdog");
  new Worker(url, { workerData: other, execArgv: flags, stdin: false }).unref();
}

/**
 * Ends this process, by force even if a call keeps it busy, as soon as the one that started it is gone. For the far
 * side of a runner of your own, which is to leave nothing behind.
 */
export function endWithParent(): void {
  endWith(process.ppid);
}
