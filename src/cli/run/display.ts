/** What a run shows: progress to stderr and the result to stdout, or both as lines of JSON. */
import type { HeddleConfig } from "../../config/config.ts";
import type { EventReader, HeddleEvent } from "../../events/event.ts";
import { errorFacts } from "../../events/facts.ts";
import { type RunLog, runLog } from "../../events/log.ts";
import { reporter } from "../../report/choose.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { failureText } from "../failure.ts";
import type { RunFlags } from "./execute.ts";
import { resultFields, resultText } from "./result.ts";

export interface Display {
  readonly reader: EventReader;
  /** A word from the command line itself, in the midst of what is shown. */
  say(message: string): void;
  succeed(value: unknown, code: ExitCode): void;
  fail(error: unknown, code: ExitCode): void;
}

/** What of the flags of a command is about what it shows. */
export interface DisplayFlags extends Pick<RunFlags, "json" | "reporter" | "showCapture" | "log" | "verbose"> {
  /** Of a build: say why targets are built. */
  readonly explain?: boolean;
}

export async function openDisplay(flags: DisplayFlags, config: HeddleConfig): Promise<Display> {
  return flags.json === true ? jsonDisplay() : textDisplay(flags, config);
}

/** Keeps the events of the run under `.heddle/runs`; null where that is switched off. */
export function openLog(flags: DisplayFlags, config: HeddleConfig, root: string): EventReader | null {
  if (!flags.log || config.log === false) return null;
  let log: RunLog | null = null;
  return events => {
    const started = events.find(event => event.type === "runStarted");
    if (started !== undefined) log ??= runLog(root, started.run);
    log?.reader(events);
    if (events.at(-1)?.type === "runEnded") void log?.close();
  };
}

async function textDisplay(flags: DisplayFlags, config: HeddleConfig): Promise<Display> {
  const mode = flags.reporter ?? config.reporter ?? "auto";
  const showCapture = flags.showCapture ?? config.showCapture ?? "all";
  const explain = flags.explain === true;
  const { reader, close } = await reporter({ mode, out: process.stderr, showCapture, explain });
  let reported = false;
  return {
    reader(events) {
      if (reported) tellLate(events);
      else reader(events);
      reported ||= events.at(-1)?.type === "runEnded";
    },
    say(message) {
      // On a terminal the reporter may be repainting, and only it can write between.
      if (!reported && process.stderr.isTTY && (mode === "auto" || mode === "live")) reader([remark(message)]);
      else process.stderr.write(`heddle: ${message}\n`);
    },
    succeed(value) {
      close();
      const text = resultText(value);
      if (text !== null) process.stdout.write(`${text}\n`);
    },
    fail(error) {
      close();
      // The summary tells how a run ended; what stopped it before it began is still to be told.
      if (!reported) process.stderr.write(`${failureText(error, flags)}\n`);
    },
  };
}

/** What is noticed when the summary is written already, such as that the end of the log could not be. */
function tellLate(events: readonly HeddleEvent[]): void {
  for (const event of events) if (event.type === "warning") process.stderr.write(`heddle: ${event.message}\n`);
}

async function jsonDisplay(): Promise<Display> {
  const { reader } = await reporter({ mode: "json", out: process.stdout });
  const end = (ok: boolean, exitCode: ExitCode, fields: object) => {
    process.stdout.write(`${JSON.stringify({ type: "result", ok, exitCode, ...fields })}\n`);
  };
  return {
    reader,
    say: message => reader([remark(message)]),
    succeed: (value, code) => end(code === EXIT.ok, code, resultFields(value)),
    fail: (error, code) => end(false, code, { error: errorFacts(error) }),
  };
}

function remark(message: string): Parameters<EventReader>[0][number] {
  return { type: "warning", at: Date.now(), call: null, name: "heddle", message };
}
