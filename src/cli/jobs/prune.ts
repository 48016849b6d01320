/** `heddle jobs prune`: forgets jobs that ended long ago. */
import { parseDuration } from "../../config/duration.ts";
import { OptionError, UsageError } from "../../errors.ts";
import { plural } from "../../report/format.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { failureText } from "../failure.ts";
import { print, printJson } from "../screen.ts";
import { type QueueFlags, withQueue } from "./place.ts";

export interface PruneFlags extends QueueFlags {
  readonly olderThan?: string;
}

export function prune(flags: PruneFlags): Promise<ExitCode> {
  const age = readAge(flags.olderThan ?? KEPT, "--older-than");
  return withQueue(flags, async queue => {
    const troubled = (error: Error) => process.stderr.write(`${failureText(error, {})}\n`);
    const forgotten = (await queue?.forget(Date.now() - age, troubled)) ?? 0;
    if (flags.json === true) printJson({ forgotten });
    else print([`${plural(forgotten, "job", "jobs")} forgotten`]);
    return EXIT.ok;
  });
}

/** How long jobs are known after they have ended. */
export const KEPT = "7d";

export function readAge(text: string, option: string): number {
  try {
    return parseDuration(/^\d+$/.test(text) ? Number(text) : text, option);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new UsageError({ problem: error.short, hint: 'Give a time such as "12h" or "7d".' });
  }
}
