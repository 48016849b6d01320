/** Jobs that wait for a worker which is not there. */
import type { JobFacts, JobsWaiting, PresentWorker, Queue } from "./queue.ts";

type Served = Pick<PresentWorker, "queues" | "tasks">;

/** What stands in the queues of a worker, of tasks that it does not know, and that no other is known to take. */
export async function unserved(queue: Queue, { queues, tasks }: Served): Promise<readonly JobsWaiting[]> {
  const unknown = (await queue.waiting()).filter(each => queues.includes(each.queue) && !tasks.includes(each.task));
  if (unknown.length === 0) return [];
  const others = (await queue.workers()) ?? [];
  return unknown.filter(each => !others.some(other => serves(other, each)));
}

/** Whether a worker takes such jobs. */
export function serves({ queues, tasks }: Served, { queue, task }: Pick<JobFacts, "queue" | "task">): boolean {
  return queues.includes(queue) && tasks.includes(task);
}
