/** Where the queue of this process is, opened once for each place. */
import { join, resolve } from "node:path";
import type { Queue } from "./queue.ts";

/** The environment variable that names the store's folder for everything that a process delays or attaches to. */
export const QUEUE_VARIABLE = "HEDDLE_QUEUE";

const opened = new Map<string, Promise<Queue>>();

/** The folder of the store: as it was named, else as the environment says, else `.heddle` in the project's root. */
export function storeFolder(named: string | undefined, root: () => string): string {
  const said = process.env[QUEUE_VARIABLE];
  if (named !== undefined) return resolve(root(), named);
  return said === undefined || said === "" ? join(root(), ".heddle") : resolve(said);
}

/** @throws StoreError */
export function openQueue(folder: string): Promise<Queue> {
  const known = opened.get(folder);
  if (known !== undefined) return known;
  // Loaded when something is delayed: most programs never do.
  const queue = import("./embedded/queue.ts").then(({ EmbeddedQueue }) => EmbeddedQueue.open(folder));
  opened.set(folder, queue);
  queue.catch(() => opened.delete(folder));
  return queue;
}

/** Closes what this process has open, for commands that end and tests. */
export async function closeQueues(): Promise<void> {
  const queues = [...opened.values()];
  opened.clear();
  for (const queue of queues) await (await queue).close();
}
