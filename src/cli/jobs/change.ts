/** `heddle jobs cancel` and `retry`. */
import type { Queue } from "../../background/queue.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, printJson } from "../screen.ts";
import { jobMeant, type QueueFlags, withQueue } from "./place.ts";

export function cancel(words: readonly string[], flags: QueueFlags): Promise<ExitCode> {
  return change(words, flags, (queue, id) => queue.cancel(id, "heddle jobs cancel"), [
    "cancelled",
    "had ended already",
  ]);
}

export function retry(words: readonly string[], flags: QueueFlags): Promise<ExitCode> {
  return change(words, flags, (queue, id) => queue.retry(id), ["begins anew", "did not end badly, and stays as it is"]);
}

/** Exit code 1 if one of them could not be changed. */
function change(
  words: readonly string[],
  flags: QueueFlags,
  act: (queue: Queue, id: string) => Promise<boolean>,
  [done, refused]: readonly [string, string],
): Promise<ExitCode> {
  return withQueue(flags, async (queue, place) => {
    const jobs = [];
    for (const word of words) jobs.push(await jobMeant(queue, word, place));
    const changed = [];
    for (const { id, name } of jobs) changed.push({ id, name, changed: await act(queue!, id) });
    if (flags.json === true) printJson(changed);
    else print(changed.map(job => `${job.name} (job ${job.id}) ${job.changed ? done : refused}`));
    return changed.every(job => job.changed) ? EXIT.ok : EXIT.failed;
  });
}
