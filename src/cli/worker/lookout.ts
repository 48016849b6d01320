/** Looks for jobs that a worker could be expected to run, and cannot. */
import type { Queue } from "../../background/queue.ts";
import type { JobWorker } from "../../background/worker.ts";
import { nearest } from "../../config/nearest.ts";
import type { WorkerReport } from "./report.ts";

/** In milliseconds. */
const LOOK_AGAIN = 10_000;

export interface Lookout {
  /** Tells what there is now, as the worker is about to end. */
  look(): Promise<void>;
  end(): void;
}

/** Tells of each task once: at once and from time to time, but of a worker that ends by itself only when it does. */
export function openLookout(
  worker: JobWorker,
  report: WorkerReport,
  { untilIdle = false }: { readonly untilIdle?: boolean },
): Lookout {
  const told = new Set<string>();
  const look = async () => {
    try {
      for (const jobs of await worker.unserved()) {
        const which = JSON.stringify([jobs.queue, jobs.task]);
        if (!told.has(which)) report.unserved(jobs);
        told.add(which);
      }
    } catch (error) {
      report.troubled(error as Error);
    }
  };
  if (untilIdle) return { look, end: () => {} };
  void look();
  const timer = setInterval(() => void look(), LOOK_AGAIN).unref();
  return { look, end: () => clearInterval(timer) };
}

/** Tells of queues in which nothing waits, where something does in one that is called almost so. */
export async function tellMisspelt(queue: Queue, served: readonly string[], report: WorkerReport): Promise<void> {
  const busy = new Set((await queue.waiting()).map(jobs => jobs.queue));
  for (const name of served) {
    const near = busy.has(name) ? undefined : nearest(name, [...busy]);
    if (near !== undefined && !served.includes(near)) report.misspelt(name, near);
  }
}
