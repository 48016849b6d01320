/** `heddle jobs show`: one job, with its inputs and what it gave. */
import { inspect } from "node:util";
import { shownInputs } from "../../background/inputs.ts";
import { called, outcomeIn } from "../../background/outcome.ts";
import { factsOf, type JobFacts, type Queue } from "../../background/queue.ts";
import { inputsOf } from "../../background/signature.ts";
import { serves } from "../../background/unserved.ts";
import { errorFacts } from "../../events/facts.ts";
import { errorLines } from "../../report/failure.ts";
import { plural } from "../../report/format.ts";
import { stackPlace } from "../../report/stack.ts";
import type { Outcome } from "../../task/types.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { resultFields, resultText } from "../run/result.ts";
import { cutLines, print, printJson, type Screen, stdoutScreen } from "../screen.ts";
import { jobMeant, type QueueFlags, withQueue } from "./place.ts";
import { timeText } from "./time.ts";

export function show(word: string, flags: QueueFlags): Promise<ExitCode> {
  return withQueue(flags, async (queue, place) => {
    const job = await jobMeant(queue, word, place);
    const inputs = await readable(async () => {
      const given = await queue!.inputsOf(job.id);
      if (given === null) return "not there any more";
      return shownInputs(inputsOf(job, called(job.name, job.id), given), job.after);
    });
    const outcome = await readable(async () => {
      const gave = await queue!.outcome(job.id);
      return gave === null ? null : outcomeIn(gave, job.id);
    });
    const output = await queue!.outputOf(job.id);
    const lacks = job.state === "queued" ? await servedBy(queue!, job) : null;
    if (flags.json === true) printJson({ ...factsOf(job), inputs, ...endFields(outcome), output });
    else print(text(job, inputs, outcome, output, lacks));
    return EXIT.ok;
  });
}

/** Instances of the user's classes can be decoded only where their module is loaded. */
async function readable<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    return `not readable here: ${(error as Error).message.split("\n", 1)[0]}`;
  }
}

function endFields(outcome: Outcome<unknown> | string | null): object {
  if (outcome === null) return {};
  if (typeof outcome === "string") return { unreadable: outcome };
  return outcome.ok ? resultFields(outcome.value) : { error: errorFacts(outcome.error) };
}

/** Whether a worker is there for a job that waits for one; null where that is not known. */
async function servedBy(queue: Queue, job: JobFacts): Promise<string | null> {
  const workers = await queue.workers();
  if (workers === null) return null;
  const takers = workers.filter(worker => serves(worker, job));
  if (takers.length > 0) return takers.map(({ name }) => name).join(", ");
  const ofQueue = workers.filter(({ queues }) => queues.includes(job.queue));
  if (ofQueue.length > 0) return `none that knows the task; ${ofQueue[0]!.name} serves the queue with others`;
  const others = [...new Set(workers.flatMap(({ queues }) => queues))];
  return `none serves the queue ${job.queue}${others.length === 0 ? "" : `; there are some for ${others.join(", ")}`}`;
}

function endRow(outcome: Outcome<unknown> | string, { style, terminal, rows }: Screen): readonly [string, string] {
  if (typeof outcome === "string") return ["outcome", outcome];
  if (outcome.ok) {
    const lines = (resultText(outcome.value) ?? "undefined").split("\n");
    const most = terminal ? Math.max(5, Math.floor(rows / 3)) : Number.POSITIVE_INFINITY;
    return ["result", cutLines(lines, most, "more; --json shows all").join("\n")];
  }
  const options = { style, showCapture: "no", place: stackPlace() } as const;
  return ["error", errorLines(errorFacts(outcome.error), options, "").join("\n")];
}

function text(
  job: JobFacts,
  inputs: readonly unknown[] | string,
  outcome: Outcome<unknown> | string | null,
  output: string,
  servedBy: string | null,
): string[] {
  const screen = stdoutScreen();
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
  if (servedBy !== null) rows.push(["worker", servedBy]);
  if (job.attempts > 1) rows.push(["begun", plural(job.attempts, "time")]);
  if (job.losses > 0) rows.push(["lost", `${plural(job.losses, "time")}, as its worker died`]);
  rows.push([
    "inputs",
    typeof inputs === "string" ? inputs : inputs.map(each => inspect(each, { depth: 4 })).join(", "),
  ]);
  if (outcome !== null) rows.push(endRow(outcome, screen));
  if (output !== "") rows.push(["output", output.trimEnd()]);
  return rows.map(([name, value]) => `${name.padEnd(10)}  ${value.replaceAll("\n", `\n${" ".repeat(12)}`)}`);
}
