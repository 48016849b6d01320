/** Why `heddle jobs` has nothing to list. */
import type { Queue } from "../../background/queue.ts";
import { nearest, suggest } from "../../config/nearest.ts";
import { UsageError } from "../../errors.ts";
import { oneLine } from "../../report/text.ts";
import type { ListFlags } from "./list.ts";

const COMMANDS = ["ls", "show", "cancel", "retry", "prune"];
/** What other tools call them. */
const ALSO: Readonly<Record<string, string>> = {
  list: "ls",
  rm: "cancel",
  remove: "cancel",
  delete: "cancel",
  kill: "cancel",
  stop: "cancel",
  get: "show",
  info: "show",
  status: "show",
  inspect: "show",
};
const MOST_NAMES = 10;

/** @throws UsageError for a task that no job has; it may have been meant as something else. */
export async function checkTask(queue: Queue | null, place: string, task: string): Promise<void> {
  const all = (await queue?.list({})) ?? [];
  if (all.some(job => job.name === task || job.task === task)) return;
  const problem = `No job in the queue of ${place} is one of a task ${oneLine(task)}`;
  const meant = all.filter(({ id }) => id.startsWith(task) || id.endsWith(task));
  if (meant.length > 0) throw new UsageError({ problem, hint: `Did you mean heddle jobs show ${task}?` });
  const names = [...new Set(all.map(({ name }) => oneLine(name)))].sort();
  const command = ALSO[task] ?? nearest(task, COMMANDS);
  if (nearest(task, names) === undefined && command !== undefined) {
    throw new UsageError({ problem, hint: `Did you mean heddle jobs ${command}?` });
  }
  if (names.length === 0) throw new UsageError({ problem, hint: "There are no jobs at all." });
  if (names.length <= MOST_NAMES) throw new UsageError({ problem, hint: suggest(task, names, "task") });
  const some = `There are jobs of ${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more.`;
  const near = nearest(task, names);
  throw new UsageError({ problem, hint: near === undefined ? some : `Did you mean ${near}?` });
}

/** What to say in place of an empty list. */
export async function nothingFound(
  queue: Queue | null,
  place: string,
  task: string | undefined,
  flags: ListFlags,
): Promise<string[]> {
  if (queue === null) return [`Nothing was delayed yet in ${place}.`];
  if (task === undefined && flags.state === undefined && flags.queue === undefined) {
    return [`There are no jobs in the queue of ${place}.`];
  }
  const lines = [`There are no such jobs in the queue of ${place}.`];
  if (flags.queue === undefined) return lines;
  const queues = [...new Set((await queue.list({})).map(job => job.queue))];
  if (queues.length === 0 || queues.includes(flags.queue)) return lines;
  const near = nearest(flags.queue, queues);
  const others =
    near === undefined ? `There are jobs in: ${queues.sort().join(", ")}.` : `Did you mean --queue ${near}?`;
  return [...lines, `None is in a queue ${oneLine(flags.queue)}. ${others}`];
}
