/** Where the queue of this process is, opened once for each place. */
import { join, resolve } from "node:path";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import type { Queue } from "./queue.ts";
import { isRedis } from "./redis/place.ts";

/** The environment variable that names the store's folder, or a Redis, for everything that a process delays or attaches to. */
export const QUEUE_VARIABLE = "HEDDLE_QUEUE";

const opened = new Map<string, Promise<Queue>>();

/**
 * The folder of the store, or the URL of a Redis: as it was named, else as the environment says, else `.heddle` in the
 * project's root.
 */
export function queuePlace(named: string | undefined, root: () => string): string {
  const said = process.env[QUEUE_VARIABLE];
  const url = named ?? said;
  if (url !== undefined && isRedis(url)) return url;
  if (named !== undefined) return resolve(root(), folderIn(named, "the store"));
  return said === undefined || said === "" ? join(root(), ".heddle") : resolve(folderIn(said, QUEUE_VARIABLE));
}

/**
 * What looks like an address is no folder: one of that name would be made, and nobody would look there.
 *
 * @throws OptionError
 */
export function folderIn(place: string, where: string): string {
  if (!/^[a-z][\w+.-]+:\/|^[\w.-]+:\d+$/i.test(place)) return place;
  const problem = `${shown(place)} is no folder, and no URL of a Redis`;
  throw new OptionError({ where, problem, hint: 'Write "redis://host:6379", or "rediss://…" for TLS.' });
}

/** @throws StoreError */
export function openQueue(place: string): Promise<Queue> {
  const known = opened.get(place);
  if (known !== undefined) return known;
  const queue = open(place);
  opened.set(place, queue);
  queue.catch(() => opened.delete(place));
  return queue;
}

/** Loaded when something is delayed: most programs never do. */
async function open(place: string): Promise<Queue> {
  if (isRedis(place)) return (await import("./redis/queue.ts")).RedisQueue.open(place);
  return (await import("./embedded/queue.ts")).EmbeddedQueue.open(place);
}

/** Closes what this process has open, for commands that end and tests. */
export async function closeQueues(): Promise<void> {
  const queues = [...opened.values()];
  opened.clear();
  for (const queue of queues) await (await queue).close();
}
