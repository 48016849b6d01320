/** What the log of a build says of its targets. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { HeddleEvent, RunStarted, TargetState } from "../../events/event.ts";
import { readRunLog } from "../../events/log.ts";
import { findRun, type LoggedRun } from "../logged-runs.ts";

export interface LoggedTarget {
  readonly name: string;
  readonly state: TargetState | "unfinished";
  /** How long it ran, in milliseconds; null for what was not executed. */
  readonly ms: number | null;
  /** How long it waited for a worker, when all that it needs was there. */
  readonly waited: number | null;
}

export interface LoggedBuild {
  readonly id: string;
  readonly started: RunStarted;
  /** From beginning to end; null for one that did not end. */
  readonly ms: number | null;
  readonly targets: readonly LoggedTarget[];
}

/** The build of this id, or the last one; null where none was logged. */
export async function findBuild(root: string, wanted: string | undefined): Promise<LoggedBuild | null> {
  if (wanted !== undefined) return readBuild(await findRun(root, wanted));
  const folder = path.join(root, ".heddle/runs");
  const ids = existsSync(folder) ? readdirSync(folder).sort().reverse() : [];
  let last: LoggedBuild | null = null;
  for (const id of ids) {
    if (last !== null && secondOf(id) !== secondOf(last.id)) break;
    const log = path.join(folder, id, "events.jsonl");
    const build = existsSync(log) ? await readBuild({ id, log }) : null;
    if (build !== null && build.started.at > (last?.started.at ?? 0)) last = build;
  }
  return last;
}

/** Ids begin with the second in which the run began; within one they are in no order. */
function secondOf(id: string): string {
  return id.split("-", 1)[0]!;
}

interface Draft {
  name: string;
  state: LoggedTarget["state"];
  ready: number | null;
  waited: number | null;
  ms: number | null;
}

/** Null for a run that is no build, or cannot be read. */
async function readBuild({ id, log }: LoggedRun): Promise<LoggedBuild | null> {
  let started: RunStarted | null = null;
  let ms: number | null = null;
  const calls = new Map<number, Draft>();
  try {
    for await (const event of readRunLog(log)) {
      if (event.type === "runStarted") {
        if (event.flow !== "build") return null;
        started = event;
      } else if (event.type === "runEnded") ms = event.ms;
      else learn(calls, event);
    }
  } catch {
    return null;
  }
  if (started === null) return null;
  return { id, started, ms, targets: [...calls.values()].map(({ ready, ...target }) => target) };
}

function learn(calls: Map<number, Draft>, event: HeddleEvent): void {
  switch (event.type) {
    case "stale":
    case "settled":
      for (const [at, call] of event.calls.entries()) {
        const isStale = event.type === "stale";
        const state = isStale ? "unfinished" : event.state;
        calls.set(call, { name: event.names[at]!, state, ready: isStale ? event.at : null, waited: null, ms: null });
      }
      break;
    case "started":
      for (const call of event.calls) {
        const target = calls.get(call);
        if (target !== undefined && target.ready !== null) target.waited ??= Math.max(0, event.at - target.ready);
      }
      break;
    case "completed":
      for (const [at, call] of event.calls.entries()) ended(calls.get(call), "completed", event.ms[at] ?? 0);
      break;
    case "failed":
      ended(calls.get(event.call), event.state, event.ms);
      break;
    default:
  }
}

function ended(target: Draft | undefined, state: TargetState, ms: number): void {
  if (target === undefined) return;
  target.state = state;
  target.ms = ms;
}
