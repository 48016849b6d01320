/** Finds the queue that a command is about, and closes it afterwards. */
import { existsSync } from "node:fs";
import path from "node:path";
import { closeQueues, folderIn, openQueue, queuePlace } from "../../background/place.ts";
import type { JobFacts, Queue } from "../../background/queue.ts";
import { isRedis } from "../../background/redis/place.ts";
import { findRoot } from "../../config/find.ts";
import { UnknownJobError, UsageError } from "../../errors.ts";

export interface QueueFlags {
  readonly store?: string;
  readonly json?: boolean;
}

/** As it is named with `-o`, by the environment, or by the project that one is in. */
export function queueFolder({ store }: QueueFlags, root = () => findRoot(process.cwd())): string {
  if (store === "") {
    throw new UsageError({ problem: "-o is empty", hint: "Name the folder of a store, or the URL of a Redis." });
  }
  return queuePlace(store === undefined || isRedis(store) ? store : path.resolve(folderIn(store, "-o")), root);
}

/** Does something with the queue, and its place as messages name it; with null where nothing was delayed yet. */
export async function withQueue<R>(
  flags: QueueFlags,
  act: (queue: Queue | null, place: string) => Promise<R>,
): Promise<R> {
  const folder = queueFolder(flags);
  if (!isRedis(folder) && !existsSync(path.join(folder, "queue"))) return act(null, folder);
  try {
    const queue = await openQueue(folder);
    return await act(queue, queue.place);
  } finally {
    await closeQueues();
  }
}

/** The job that a word means: an id, or the beginning or the end of one. */
export async function jobMeant(queue: Queue | null, word: string, place: string): Promise<JobFacts> {
  const exact = (await queue?.facts(word)) ?? null;
  if (exact !== null) return exact;
  const all = (await queue?.list({})) ?? [];
  const found = all.filter(({ id }) => id.startsWith(word) || id.endsWith(word));
  if (found.length === 0) throw new UnknownJobError({ id: word, place });
  if (found.length === 1) return found[0]!;
  throw new UsageError({
    problem: `"${word}" is the beginning or the end of ${found.length} ids`,
    hint: `Give more of it: ${found
      .slice(0, 5)
      .map(({ id, name }) => `${id} (${name})`)
      .join(", ")}${found.length > 5 ? ", …" : ""}`,
  });
}
