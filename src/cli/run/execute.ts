/** `heddle run`: from the words of the command line to a result and an exit code. */

import { plural } from "../../report/format.ts";
import { startRun } from "../../run/start.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit.ts";
import type { Candidate } from "./choose.ts";
import { type Display, openDisplay, openLog } from "./display.ts";
import { onInterrupt } from "./interrupt.ts";
import { type PrepareFlags, prepare } from "./prepare.ts";
import { watchForSilentEnd } from "./stalled.ts";

export interface RunFlags extends PrepareFlags {
  readonly dryRun?: boolean;
  /** True for the last run that did not end well, else the id of one. */
  readonly resume?: true | string;
  readonly json?: boolean;
  readonly reporter?: "live" | "plain" | "quiet";
  readonly showCapture?: "no" | "stdout" | "stderr" | "all";
  /** False with `--no-log`. */
  readonly log: boolean;
}

export async function execute(given: string | undefined, flags: RunFlags): Promise<ExitCode> {
  const watch = watchForSilentEnd();
  let display: Display | null = null;
  const interruption = onInterrupt(() =>
    display?.say("Interrupted: running calls are told to stop; Ctrl-C again ends them at once"),
  );
  try {
    const { target, inputs, root, config, settings } = await prepare(given, flags, watch);
    display = await openDisplay(flags, config);
    const log = openLog(flags, config, root);
    const readers = [display.reader, interruption.reader, ...(log === null ? [] : [log])];
    const cache = { ...settings.cache, tellKeys: log !== null };
    const run = startRun(target.value ?? target.definition, inputs, {
      ...settings,
      cache,
      readers,
      journal: flags.log && config.log !== false,
      ...(flags.resume !== undefined && { resume: flags.resume }),
    });
    interruption.attach(run);
    watch({
      problem: `The ${target.definition.kind} "${target.definition.name}" had not ended when nothing was left to do`,
      hint: "It awaits a promise that no timer, connection or call is left to settle, or something calls process.exit().",
      code: EXIT.failed,
    });
    const missing = missingInputs(target, inputs.length);
    return await conclude(run.result, display, () => interruption.happened, missing);
  } finally {
    watch(null);
    interruption.release();
  }
}

/** Parameters may be optional, so that nobody knows whether some are missing until the flow has failed. */
function missingInputs({ definition: { kind, name, fn } }: Candidate, given: number): string | null {
  if (fn.length <= given) return null;
  const gave = given === 0 ? "none is given" : `${given} ${given === 1 ? "is" : "are"} given`;
  const how = "--input JSON is the first, --args '[…]' are all";
  return `The ${kind} ${name} has ${plural(fn.length, "parameter")}, and ${gave}: ${how}`;
}

/** @param missing What to say of inputs if the run fails. */
async function conclude(
  result: Promise<unknown>,
  display: Display,
  interrupted: () => boolean,
  missing: string | null,
): Promise<ExitCode> {
  try {
    const value = await result;
    const code = interrupted() ? EXIT.interrupted : EXIT.ok;
    display.succeed(value, code);
    return code;
  } catch (error) {
    const code = interrupted() ? EXIT.interrupted : exitCodeOf(error);
    if (missing !== null && code === EXIT.failed) display.say(missing);
    display.fail(error, code);
    return code;
  }
}
