import { UsageError } from "../errors.ts";
import type { NestedScope } from "./port.ts";
import { shared } from "./shared.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Takes what a running call has to say, on whichever side it runs. */
export interface CallSink {
  output(stream: "stdout" | "stderr", text: string): void;
  log(level: LogLevel, message: string, data: unknown): void;
  progress(fraction: number, done: number | undefined, total: number | undefined, note: string | undefined): void;
  warning(name: string, message: string): void;
}

/** One attempt of a call, or a flow, while it runs; lives in async context. */
export interface RunningCall {
  readonly id: string;
  readonly task: string;
  readonly attempt: number;
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly planning: boolean;
  readonly sink: CallSink;
  /** Made when it is asked for. */
  readonly dir: string;
  /** The folder for directories that have no place of their own. */
  readonly dirs: string;
  /** What it calls belongs to it; null while it has called nothing. */
  readonly nested: NestedScope | null;
  /** The scope of what it calls, made when it first calls something. */
  nest(): NestedScope;
  /** The same promise, while which its slot is free. */
  wait<T>(promise: Promise<T>): Promise<T>;
}

/** Structured logging of one call: kept with the run, shown with a failure. */
export type Log = Readonly<Record<LogLevel, (message: string, data?: unknown) => void>>;

/** What a task or flow can ask about the call it is running as. */
export interface Context {
  readonly id: string;
  readonly task: string;
  /** From 1. */
  readonly attempt: number;
  readonly runId: string;
  /** Aborted on cancel, time-out and shut-down. */
  readonly signal: AbortSignal;
  /** True in a flow that is only planned, as by `flow.plan(…)`: no task is executed. */
  readonly planning: boolean;
  /**
   * A directory of this attempt alone, empty at its start, as an absolute path. It is made when it is first asked for.
   * With the result of a cached call it is kept, and goes when that goes; else it goes when the run has ended. Flows
   * have none.
   */
  readonly dir: string;
  readonly log: Log;
  progress(fraction: number | { readonly done: number; readonly total: number }, note?: string): void;
}

/**
 * The call that is running, from inside a task or flow.
 *
 * @throws UsageError outside of them.
 * @example
 * const { signal, progress } = context();
 */
export function context(): Context {
  const ambient = shared.ambient.getStore();
  const call = ambient?.call ?? ambient?.flow;
  if (call === undefined) {
    throw new UsageError({
      problem: "context() was called outside a running task or flow",
      hint: "Call it in the body of a task or flow, before or after any await, and pass on what other code needs.",
    });
  }
  return contextOf(call);
}

function contextOf(call: RunningCall): Context {
  const { id, task, attempt, runId, signal, planning, sink } = call;
  const level = (name: LogLevel) => (message: string, data?: unknown) => sink.log(name, String(message), data);
  return {
    id,
    task,
    attempt,
    runId,
    signal,
    planning,
    get dir() {
      return call.dir;
    },
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
