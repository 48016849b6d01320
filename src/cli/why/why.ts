/** `heddle why`: says why a call of a run was executed, or was not. */
import { sayReason } from "../../cache/explain.ts";
import { findRoot } from "../../config/find.ts";
import { type StoreFlags, withStore } from "../cache/store.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { findRun, type LoggedRun } from "../logged-runs.ts";
import { print, printJson, stdoutScreen } from "../screen.ts";
import { type CallRef, findCall } from "./call.ts";
import { type Findings, findingsOf, wasExecuted } from "./findings.ts";
import { type Story, storyOf } from "./story.ts";
import { whyLines } from "./text.ts";

export interface WhyFlags extends StoreFlags {
  readonly run?: string;
  readonly verbose?: boolean;
}

/** All that is known. */
export interface Answer {
  readonly run: LoggedRun;
  /** The run was asked for, and is not just the latest. */
  readonly named: boolean;
  readonly call: CallRef;
  readonly story: Story;
  readonly findings: Findings;
  /** The reasons as sentences. */
  readonly said: readonly string[];
}

export async function why(word: string, flags: WhyFlags): Promise<ExitCode> {
  const run = await findRun(findRoot(process.cwd()), flags.run);
  const call = await findCall(run, word);
  const story = await storyOf(run, call.number);
  const findings = await withStore(flags, (store, { shown }) =>
    findingsOf({ call, story, run: run.id, store, folder: shown }),
  );
  const said = findings.reasons.map(reason => sayReason(reason, story.keyedAt) ?? reason.why);
  const answer: Answer = { run, named: flags.run !== undefined, call, story, findings, said };
  if (flags.json === true) printJson(json(answer));
  else print(whyLines(answer, stdoutScreen()));
  return EXIT.ok;
}

function json({ run, call, story, findings, said }: Answer): object {
  const { reasons, source, notes } = findings;
  return {
    run: run.id,
    flow: story.started?.flow ?? null,
    call: call.name,
    id: call.id,
    task: call.task.identity,
    kind: call.task.kind,
    outcome: story.outcome,
    executed: wasExecuted(story),
    ms: story.ms,
    attempts: story.attempts,
    key: story.key,
    reasons,
    said,
    source: source === null ? null : { run: source.run, call: source.call, createdAt: source.createdAt, ms: source.ms },
    notes,
    ...(story.error !== null && { error: { name: story.error.name, message: story.error.message } }),
  };
}
