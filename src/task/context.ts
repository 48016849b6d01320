import { UsageError } from "../errors.ts";
import { shared } from "./shared.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Takes what a running call has to say, on whichever side it runs. */
export interface CallSink {
  output(stream: "stdout" | "stderr", text: string): void;
  log(level: LogLevel, message: string, data: unknown): void;
  progress(fraction: number, done: number | undefined, total: number | undefined, note: string | undefined): void;
  warning(name: string, message: string): void;
}

/** One attempt of a call while it runs; lives in async context. */
export interface RunningCall {
  readonly id: string;
  readonly task: string;
  readonly attempt: number;
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly sink: CallSink;
}

/** Structured logging of one call: kept with the run, shown with a failure. */
export type Log = Readonly<Record<LogLevel, (message: string, data?: unknown) => void>>;

/** What a task can ask about the call it is running as. */
export interface Context {
  readonly id: string;
  readonly task: string;
  /** From 1. */
  readonly attempt: number;
  readonly runId: string;
  /** Aborted on cancel, time-out and shut-down. */
  readonly signal: AbortSignal;
  readonly log: Log;
  progress(fraction: number | { readonly done: number; readonly total: number }, note?: string): void;
}

/**
 * The call that is running, from inside a task.
 *
 * @throws UsageError outside a running task.
 * @example
 * const { signal, progress } = context();
 */
export function context(): Context {
  const call = shared.ambient.getStore()?.call;
  if (call === undefined) {
    throw new UsageError({
      problem: "context() was called outside a running task",
      hint: "Call it in the body of a task, before or after any await, and pass on what other code needs.",
    });
  }
  return contextOf(call);
}

function contextOf(call: RunningCall): Context {
  const { id, task, attempt, runId, signal, sink } = call;
  const level = (name: LogLevel) => (message: string, data?: unknown) => sink.log(name, String(message), data);
  return {
    id,
    task,
    attempt,
    runId,
    signal,
    log: { debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") },
    progress(fraction, note) {
      if (typeof fraction === "number") sink.progress(clamp(fraction), undefined, undefined, note);
      else sink.progress(clamp(fraction.done / fraction.total), fraction.done, fraction.total, note);
    },
  };
}

function clamp(fraction: number): number {
  return fraction > 0 ? Math.min(1, fraction) : 0;
}
