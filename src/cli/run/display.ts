/** What a run shows: progress to stderr and the result to stdout, or both as lines of JSON. */
import type { HeddleConfig } from "../../config/config.ts";
import type { EventReader } from "../../events/event.ts";
import { errorFacts } from "../../events/facts.ts";
import { eventJson } from "../../events/json.ts";
import { type RunLog, runLog } from "../../events/log.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import type { RunFlags } from "./execute.ts";
import { resultFields, resultText } from "./result.ts";

export interface Display {
  readonly reader: EventReader;
  /** A word from the command line itself, in the midst of what is shown. */
  say(message: string): void;
  succeed(value: unknown): Promise<void>;
  fail(error: unknown, code: ExitCode): Promise<void>;
}

export async function openDisplay(flags: RunFlags, config: HeddleConfig): Promise<Display> {
  return flags.json === true ? jsonDisplay() : textDisplay(flags, config);
}

/** Keeps the events of the run under `.heddle/runs`; null where that is switched off. */
export function openLog(flags: RunFlags, config: HeddleConfig, root: string): EventReader | null {
  if (!flags.log || config.log === false) return null;
  let log: RunLog | null = null;
  return events => {
    const [first] = events;
    if (log === null && first?.type === "runStarted") log = runLog(root, first.run);
    log?.reader(events);
    if (events.at(-1)?.type === "runEnded") void log?.close();
  };
}

async function textDisplay(flags: RunFlags, config: HeddleConfig): Promise<Display> {
  const { reporter } = await import("../../report/choose.ts");
  const mode = flags.reporter ?? config.reporter;
  const showCapture = flags.showCapture ?? config.showCapture;
  const { reader, close } = reporter({
    out: process.stderr,
    ...(mode !== undefined && { mode }),
    ...(showCapture !== undefined && { showCapture }),
  });
  return {
    reader,
    say: message => reader([{ type: "warning", at: Date.now(), call: null, name: "heddle", message }]),
    async succeed(value) {
      await close();
      const text = resultText(value);
      if (text !== null) process.stdout.write(`${text}\n`);
    },
    async fail() {
      await close();
    },
  };
}

function jsonDisplay(): Display {
  const write = (line: string) => process.stdout.write(`${line}\n`);
  const reader: EventReader = events => {
    if (events.length > 0) write(events.map(eventJson).join("\n"));
  };
  const end = (fields: object) => {
    write(JSON.stringify({ type: "result", ...fields }));
    return Promise.resolve();
  };
  return {
    reader,
    say: message => reader([{ type: "warning", at: Date.now(), call: null, name: "heddle", message }]),
    succeed: value => end({ ok: true, exitCode: EXIT.ok, ...resultFields(value) }),
    fail: (error, code) => end({ ok: false, exitCode: code, error: errorFacts(error) }),
  };
}
