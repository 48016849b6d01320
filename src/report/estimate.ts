import type { RunView } from "./view.ts";

const mostUnknown = 0.2;

/**
 * An estimate of the milliseconds until the run's known calls are done; undefined while there is too little to go by.
 *
 * Two views of it, and the longer one counts: the pace at which each task's calls finish, and the work that is left
 * (mean time of a call times calls) spread over the slots.
 */
export function timeLeft(view: RunView, now: number): number | undefined {
  const { started } = view;
  if (started === undefined || now - started.at < 1000) return undefined;
  let ran = 0;
  let attempts = 0;
  let left = 0;
  let work = 0;
  let remaining = 0;
  let unknown = 0;
  for (const task of view.tasks) {
    if (task === undefined || task.kind === "flow") continue;
    ran += task.runMs;
    attempts += task.attempts;
    if (task.remaining === 0) continue;
    const own = task.timeLeft(now);
    left = Math.max(left, own ?? 0);
    const each = task.meanMs ?? (own === undefined ? undefined : own / task.remaining);
    // A running call is half done, for all we know.
    const calls = task.remaining - task.counts.running / 2;
    remaining += calls;
    if (each === undefined && task.starts > 0) return undefined;
    if (each === undefined) unknown += calls;
    else work += each * calls;
  }
  // A few calls of tasks not yet begun, such as the last one that gathers all, are taken for average ones.
  if (remaining === 0 || unknown > remaining * mostUnknown) return undefined;
  if (attempts > 0) work += unknown * (ran / attempts);
  const overlap = Math.max(1, ran / (now - started.at));
  const slots = started.workers === null ? overlap : Math.min(started.workers, Math.max(overlap, view.running.size));
  return Math.max(left, work / slots);
}
