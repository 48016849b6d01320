/** `heddle jobs show`: one job, with its inputs and what it gave. */
import { inspect } from "node:util";
import { shownInputs } from "../../background/inputs.ts";
import { called, outcomeIn } from "../../background/outcome.ts";
import type { JobFacts } from "../../background/queue.ts";
import { inputsOf } from "../../background/signature.ts";
import { errorFacts } from "../../events/facts.ts";
import type { Outcome } from "../../task/types.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { resultFields, resultText } from "../run/result.ts";
import { print, printJson } from "../screen.ts";
import { timeText } from "./list.ts";
import { jobMeant, type QueueFlags, withQueue } from "./place.ts";

export function show(word: string, flags: QueueFlags): Promise<ExitCode> {
  return withQueue(flags, async (queue, folder) => {
    const job = await jobMeant(queue, word, folder);
    const inputs = readable(job, await queue!.inputsOf(job.id));
    const bytes = await queue!.outcome(job.id);
    const outcome = bytes === null ? null : outcomeIn(bytes, job.id);
    const output = await queue!.outputOf(job.id);
    if (flags.json === true) {
      const end =
        outcome === null ? {} : outcome.ok ? resultFields(outcome.value) : { error: errorFacts(outcome.error) };
      printJson({ ...job, inputs, ...end, output });
    } else print(text(job, inputs, outcome, output));
    return EXIT.ok;
  });
}

/** Instances of the user's classes can be decoded only where their module is loaded. */
function readable(job: JobFacts, bytes: Uint8Array | null): readonly unknown[] | string {
  try {
    if (bytes === null) return "not there any more";
    return shownInputs(inputsOf(job, called(job.name, job.id), bytes), job.after);
  } catch (error) {
    return `not readable here: ${(error as Error).message.split("\n", 1)[0]}`;
  }
}

function text(
  job: JobFacts,
  inputs: readonly unknown[] | string,
  outcome: Outcome<unknown> | null,
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
  if (outcome?.ok === true) rows.push(["result", resultText(outcome.value) ?? "undefined"]);
  if (outcome?.ok === false) rows.push(["error", outcome.error.stack ?? outcome.error.message]);
  if (output !== "") rows.push(["output", output.trimEnd()]);
  return rows.map(([name, value]) => `${name.padEnd(10)}  ${value.replaceAll("\n", `\n${" ".repeat(12)}`)}`);
}
