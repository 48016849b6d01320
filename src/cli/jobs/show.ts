/** `heddle jobs show`: one job, with its inputs and what it gave. */
import { inspect } from "node:util";
import { shownInputs } from "../../background/inputs.ts";
import { called, outcomeIn } from "../../background/outcome.ts";
import { factsOf, type JobFacts } from "../../background/queue.ts";
import { inputsOf } from "../../background/signature.ts";
import { errorFacts } from "../../events/facts.ts";
import type { Outcome } from "../../task/types.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { resultFields, resultText } from "../run/result.ts";
import { print, printJson } from "../screen.ts";
import { timeText } from "./list.ts";
import { jobMeant, type QueueFlags, withQueue } from "./place.ts";

export function show(word: string, flags: QueueFlags): Promise<ExitCode> {
  return withQueue(flags, async (queue, place) => {
    const job = await jobMeant(queue, word, place);
    const [given, gave] = [await queue!.inputsOf(job.id), await queue!.outcome(job.id)];
    const inputs =
      given === null
        ? "not there any more"
        : readable(() => shownInputs(inputsOf(job, called(job.name, job.id), given), job.after));
    const outcome = gave === null ? null : readable(() => outcomeIn(gave, job.id));
    const output = await queue!.outputOf(job.id);
    if (flags.json === true) printJson({ ...factsOf(job), inputs, ...endFields(outcome), output });
    else print(text(job, inputs, outcome, output));
    return EXIT.ok;
  });
}

/** Instances of the user's classes can be decoded only where their module is loaded. */
function readable<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    return `not readable here: ${(error as Error).message.split("\n", 1)[0]}`;
  }
}

function endFields(outcome: Outcome<unknown> | string | null): object {
  if (outcome === null) return {};
  if (typeof outcome === "string") return { unreadable: outcome };
  return outcome.ok ? resultFields(outcome.value) : { error: errorFacts(outcome.error) };
}

function endRow(outcome: Outcome<unknown> | string): readonly [string, string] {
  if (typeof outcome === "string") return ["outcome", outcome];
  if (outcome.ok) return ["result", resultText(outcome.value) ?? "undefined"];
  return ["error", outcome.error.stack ?? outcome.error.message];
}

function text(
  job: JobFacts,
  inputs: readonly unknown[] | string,
  outcome: Outcome<unknown> | string | null,
  output: string,
): string[] {
  const rows: (readonly [string, string])[] = [
    ["job", job.id],
    ["task", `${job.name} (${job.task})`],
    ["state", job.state],
    ["queue", `${job.queue}${job.priority === 0 ? "" : `, priority ${job.priority}`}`],
    ["added", timeText(job.addedAt)],
  ];
  if (job.notBefore > job.addedAt) rows.push(["not before", timeText(job.notBefore)]);
  if (job.after.length > 0) rows.push(["after", job.after.join(", ")]);
  if (Object.keys(job.options).length > 0) rows.push(["options", JSON.stringify(job.options)]);
  if (job.startedAt !== null) rows.push(["started", `${timeText(job.startedAt)} on ${job.worker}`]);
  if (job.endedAt !== null) rows.push(["ended", timeText(job.endedAt)]);
  if (job.losses > 0) rows.push(["lost", `${job.losses} times, as its worker died`]);
  rows.push([
    "inputs",
    typeof inputs === "string" ? inputs : inputs.map(each => inspect(each, { depth: 4 })).join(", "),
  ]);
  if (outcome !== null) rows.push(endRow(outcome));
  if (output !== "") rows.push(["output", output.trimEnd()]);
  return rows.map(([name, value]) => `${name.padEnd(10)}  ${value.replaceAll("\n", `\n${" ".repeat(12)}`)}`);
}
