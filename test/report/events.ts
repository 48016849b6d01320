import type { HeddleEvent } from "../../src/events/event.ts";

/** The events that begin a run of the flow "report" with its tasks, numbered from 1; the flow is call 0. */
export function beginning(...tasks: string[]): HeddleEvent[] {
  return [
    {
      type: "runStarted",
      at: 0,
      run: "r1",
      flow: "report",
      runner: "threads",
      workers: 2,
      heddle: "0",
      node: "v20",
      inProcess: false,
    },
    { type: "taskDefined", task: 0, name: "report", identity: "a#report", kind: "flow" },
    ...tasks.map(
      (name, i): HeddleEvent => ({ type: "taskDefined", task: i + 1, name, identity: `a#${name}`, kind: "task" }),
    ),
    { type: "workerStarted", at: 0, worker: 1, name: "threads/1", runner: "threads" },
    { type: "workerStarted", at: 0, worker: 2, name: "threads/2", runner: "threads" },
    { type: "submitted", at: 0, task: 0, first: 0, count: 1, parent: null },
    { type: "started", at: 0, worker: -1, calls: [0] },
  ];
}

export function submitted(task: number, first: number, count: number, at = 0): HeddleEvent {
  return { type: "submitted", at, task, first, count, parent: 0 };
}

export function started(at: number, calls: number[], worker = 1): HeddleEvent {
  return { type: "started", at, worker, calls };
}

export function completed(at: number, calls: number[], ms: number | number[], worker = 1): HeddleEvent {
  return { type: "completed", at, worker, calls, ms: typeof ms === "number" ? calls.map(() => ms) : ms };
}

export function failed(at: number, call: number, message: string, more: Partial<FailedEvent> = {}): FailedEvent {
  const error = {
    name: "Error",
    message,
    stack: `Error: ${message}\n    at score (/home/me/project/src/score.ts:12:9)`,
  };
  return { type: "failed", at, call, state: "failed", error, attempt: 1, worker: 1, ms: 5, ...more };
}

type FailedEvent = Extract<HeddleEvent, { type: "failed" }>;

export function output(call: number, text: string, stream: "stdout" | "stderr" = "stdout"): HeddleEvent {
  return { type: "output", at: 1, call, stream, text };
}

export function ended(at: number, state: "completed" | "failed" | "interrupted" = "completed"): HeddleEvent {
  return { type: "runEnded", at, state, ms: at };
}

export const place = { cwd: "/home/me/project", internal: "/home/me/heddle/src/" };
