/** `heddle jobs`: what was delayed, and what has become of it. */
import { factsOf, type JobFacts } from "../../background/queue.ts";
import { UsageError } from "../../errors.ts";
import { plural } from "../../report/format.ts";
import { oneLine } from "../../report/text.ts";
import type { CallState } from "../../task/types.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, printJson, stdoutScreen, table } from "../screen.ts";
import { type QueueFlags, withQueue } from "./place.ts";

export interface ListFlags extends QueueFlags {
  readonly state?: readonly CallState[];
  readonly queue?: string;
  readonly limit?: string;
}

const IN_TERMINAL = 50;

export function list(task: string | undefined, flags: ListFlags): Promise<ExitCode> {
  const screen = stdoutScreen();
  const limit = flags.limit === undefined ? (screen.terminal ? IN_TERMINAL : undefined) : readLimit(flags.limit);
  return withQueue(flags, async queue => {
    const found =
      (await queue?.list({
        ...(flags.state !== undefined && { states: flags.state }),
        ...(flags.queue !== undefined && { queue: flags.queue }),
        ...(task !== undefined && { task }),
        ...(limit !== undefined && { limit: limit + 1 }),
      })) ?? [];
    const jobs = limit === undefined ? found : found.slice(0, limit);
    if (flags.json === true) printJson(jobs.map(factsOf));
    else if (jobs.length === 0) print(["There are no such jobs."]);
    else print([...lines(jobs), ...(found.length > jobs.length ? ["and more; --limit shows them"] : [])]);
    return EXIT.ok;
  });
}

function lines(jobs: readonly JobFacts[]): string[] {
  const columns = [
    { title: "job" },
    { title: "task", least: 12 },
    { title: "state" },
    { title: "queue", spare: 1 },
    { title: "added", spare: 2 },
    { title: "", least: 10, spare: 3 },
  ];
  const rows = jobs.map(job => [
    job.id,
    oneLine(job.name),
    job.state,
    oneLine(job.queue),
    timeText(job.addedAt),
    oneLine(remark(job)),
  ]);
  return [...table(columns, rows, stdoutScreen()), "", plural(jobs.length, "job", "jobs")];
}

/** What is most worth knowing of a job in its state. */
export function remark(job: JobFacts): string {
  if (job.problem !== null) return job.problem;
  if (job.state === "running") return `on ${job.worker} since ${timeText(job.startedAt ?? 0)}`;
  if (job.state !== "pending") return job.losses > 0 ? `begun ${job.attempts} times` : "";
  return job.after.length > 0 ? `after ${job.after.join(", ")}` : `not before ${timeText(job.notBefore)}`;
}

/** In the local time, as logs have it. */
export function timeText(time: number): string {
  const date = new Date(time);
  const local = new Date(time - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace("T", " ");
}

function readLimit(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError({
    problem: `--limit ${text} is not a number of jobs`,
    hint: "Give a whole number of at least 1.",
  });
}
