/** Node ends silently when nothing is left to wait for; a flow that has not ended by then must say so. */
import { writeSync } from "node:fs";
import { UsageError } from "../../errors.ts";
import type { ExitCode } from "../exit.ts";
import { failureText } from "../failure.ts";

/** Node's exit code when the top level of the first module still waits. */
const UNSETTLED_AWAIT = 13;

/** What the process is waiting for, in words, and what its silent end would mean. */
export interface Waiting {
  readonly problem: string;
  readonly hint: string;
  readonly code: ExitCode;
}

/** Tells what the command waits for from now on; null when it is done. */
export type Watch = (waiting: Waiting | null) => void;

export function watchForSilentEnd(): Watch {
  let waiting: Waiting | null = null;
  process.once("exit", code => {
    // Any other code says that somebody ended the process on purpose.
    if (waiting === null || (code !== 0 && code !== UNSETTLED_AWAIT)) return;
    process.exitCode = waiting.code;
    writeSync(
      2,
      `${failureText(new UsageError({ problem: waiting.problem, hint: waiting.hint }), { verbose: false })}\n`,
    );
  });
  return next => {
    waiting = next;
  };
}
