/** The runs of a project, as far as their logs were kept. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { nearest } from "../config/nearest.ts";
import { UsageError } from "../errors.ts";
import { readRunLog } from "../events/log.ts";

export interface LoggedRun {
  readonly id: string;
  readonly log: string;
}

const MOST_SHOWN = 5;

/** The run of this id, or of which these are the first or last characters; without one the latest. */
export async function findRun(root: string, wanted: string | undefined): Promise<LoggedRun> {
  const runs = loggedRuns(root);
  if (runs.length === 0) {
    throw new UsageError({
      problem: `There is no log of a run in ${shownFolder(root)}`,
      hint: "heddle run keeps one, unless --no-log or the config says otherwise.",
    });
  }
  if (wanted === undefined) return latest(runs);
  const exact = runs.find(run => run.id === wanted);
  if (exact !== undefined) return exact;
  const alike = wanted === "" ? [] : runs.filter(({ id }) => id.startsWith(wanted) || id.endsWith(wanted));
  if (alike.length === 1) return alike[0]!;
  throw alike.length > 1 ? severalRuns(wanted, alike) : noRun(wanted, runs, root);
}

function loggedRuns(root: string): LoggedRun[] {
  const folder = path.join(root, ".heddle/runs");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map(id => ({ id, log: path.join(folder, id, "events.jsonl") }))
    .filter(({ log }) => existsSync(log));
}

/** Ids begin with the second in which the run began; what began in the same one is told apart by its first event. */
async function latest(runs: readonly LoggedRun[]): Promise<LoggedRun> {
  const second = (run: LoggedRun) => run.id.split("-", 1)[0]!;
  const last = runs.at(-1)!;
  const candidates = runs.filter(run => second(run) === second(last));
  if (candidates.length === 1) return last;
  const times = await Promise.all(candidates.map(beginOf));
  return candidates[times.indexOf(Math.max(...times))]!;
}

async function beginOf({ log }: LoggedRun): Promise<number> {
  try {
    for await (const event of readRunLog(log)) if (event.type === "runStarted") return event.at;
  } catch {
    // Not a log that can be read: others come before it.
  }
  return 0;
}

function severalRuns(wanted: string, runs: readonly LoggedRun[]): Error {
  return new UsageError({ problem: `--run ${wanted} can be any of ${runs.length} runs`, hint: listed(runs) });
}

function noRun(wanted: string, runs: readonly LoggedRun[], root: string): Error {
  const ids = runs.map(({ id }) => id);
  const near = nearest(wanted, ids);
  return new UsageError({
    problem: `There is no run ${wanted} in ${shownFolder(root)}`,
    hint: near === undefined ? listed(runs) : `Did you mean ${near}?`,
  });
}

function listed(runs: readonly LoggedRun[]): string {
  const newest = runs.slice(-MOST_SHOWN).reverse();
  return `The latest are: ${newest.map(({ id }) => id).join(", ")}`;
}

function shownFolder(root: string): string {
  return path.join(path.relative(process.cwd(), root), ".heddle/runs");
}
