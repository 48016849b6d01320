/** `heddle schedule add`: a task becomes a job at certain times. */
import path from "node:path";
import { nextTime } from "../../background/cron.ts";
import { DEFAULT_QUEUE } from "../../background/delay.ts";
import { JobCapture } from "../../background/inputs.ts";
import { closeQueues, openQueue } from "../../background/place.ts";
import { signedSchedule } from "../../background/signature.ts";
import { findRoot } from "../../config/find.ts";
import { UsageError } from "../../errors.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { timeText } from "../jobs/list.ts";
import { readName } from "../jobs/names.ts";
import { type QueueFlags, queueFolder } from "../jobs/place.ts";
import { choose } from "../run/choose.ts";
import { readInputs } from "../run/inputs.ts";
import { loadModule } from "../run/load.ts";
import { locate } from "../run/locate.ts";
import { print, printJson } from "../screen.ts";

export interface AddFlags extends QueueFlags {
  readonly cron: string;
  readonly timezone?: string;
  readonly input?: string;
  readonly args?: string;
  readonly queue?: string;
  readonly priority?: string;
}

export async function add(name: string, given: string, flags: AddFlags): Promise<ExitCode> {
  const { cron, timezone = null } = flags;
  readName(name, "the name of the schedule");
  const next = nextTime({ cron, timezone }, Date.now());
  const priority = readPriority(flags.priority ?? "0");
  const inputs = await readInputs(flags);
  const { file, shown, name: wanted } = await locate(given);
  const { definition } = choose(await loadModule(file, shown), wanted);
  const queue = await openQueue(queueFolder(flags, () => findRoot(path.dirname(file))));
  try {
    const job = {
      task: definition.identity,
      name: definition.name,
      queue: readName(flags.queue ?? DEFAULT_QUEUE, "--queue"),
      priority,
      inputs: await new JobCapture(definition.name, inputs).bytes(),
    };
    await queue.schedule(signedSchedule({ name, cron, timezone, job, next }));
  } finally {
    await closeQueues();
  }
  if (flags.json === true) printJson({ name, cron, timezone, task: definition.identity, next });
  else print([`${name}: ${definition.name} ${next === null ? "never again" : `next at ${timeText(next)}`}`]);
  return EXIT.ok;
}

function readPriority(text: string): number {
  const priority = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(priority)) return priority;
  throw new UsageError({ problem: `--priority ${text} is not a number`, hint: "Higher goes first; the default is 0." });
}
