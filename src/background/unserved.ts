/** Jobs that wait for a worker which is not there. */
import type { JobFacts, JobsWaiting, PresentWorker, Queue } from "./queue.ts";
import { hasCode } from "./remote.ts";

type Served = Pick<PresentWorker, "queues" | "tasks"> & { readonly takesCode?: boolean };

/** What stands in the queues of a worker, of tasks that it does not know, and that no other is known to take. */
export async function unserved(queue: Queue, own: Served): Promise<readonly JobsWaiting[]> {
  const unknown = (await queue.waiting()).filter(each => own.queues.includes(each.queue) && !serves(own, each));
  if (unknown.length === 0) return [];
  const others = (await queue.workers()) ?? [];
  return unknown.filter(each => !others.some(other => serves(other, each)));
}

/** Whether a worker takes such jobs. */
export function serves(
  { queues, tasks, takesCode = false }: Served,
  { queue, task }: Pick<JobFacts, "queue" | "task">,
): boolean {
  return queues.includes(queue) && (tasks.includes(task) || (takesCode && hasCode(task)));
}
