/**
 * The interface between a run and a place where calls are executed.
 *
 * Fit for places elsewhere: a call names its task by identity and module, its inputs and its result are opaque bytes
 * unless the place shares this process's memory, and workers come and go.
 */
import type { Primitive } from "../codec/packed.ts";
import type { HeddleEvent } from "../events/event.ts";
import type { NestedScope } from "./port.ts";

/** Where a task is to be found by a worker. */
export interface TaskAddress {
  readonly identity: string;
  readonly name: string;
  /** URL of the module that defines it; null when it has none (a REPL, `node -e`). */
  readonly module: string | null;
  /** File and line of the definition, for messages. */
  readonly where: string;
  /** The function in which it was created, empty if it has no name; null at module level. */
  readonly inside: string | null;
  readonly fn: (...args: never[]) => unknown;
}

/** One attempt of one call. */
export interface Dispatch {
  readonly id: number;
  /** From 1. */
  readonly attempt: number;
  readonly task: TaskAddress;
  /** Milliseconds, 0 for none. Kept by the run; the runner learns of it by `cancel`. */
  readonly timeout: number;
  /** Where this attempt's directory is to be made, if it asks for one; null: anywhere in the host's `dirs`. */
  readonly dir: string | null;
  /** Its result is read here as soon as it is there, so that it is not to stay elsewhere. */
  readonly isRead: boolean;
  /** The inputs, if they are plain values and nothing else: those need no packing. */
  readonly plain: readonly Primitive[] | null;
  /** The inputs as values, for places that share this memory. */
  inputs(): unknown[];
  /**
   * The inputs packed, appended to `wire`; throws `UncloneableError`. `shares`: the worker shares this memory, so that
   * large arrays are referred to.
   */
  pack(wire: unknown[], shares?: boolean): void;
}

/** How an attempt ended. */
export interface Attempt {
  readonly id: number;
  readonly state: "completed" | "failed" | "crashed" | "timedOut" | "cancelled" | "upstreamFailed" | "unreachable";
  /** Of a completed attempt: a live value, or a `Packed` one that is decoded when somebody reads it. */
  readonly value?: unknown;
  readonly error?: Error;
  /** Time on the worker's clock. */
  readonly ms: number;
  readonly worker: number;
}

/** What a runner tells the run. */
export interface Host {
  readonly runId: string;
  /** Where messages about this project's files are relative to. */
  readonly root: string;
  /** The folder for directories of calls that have no place of their own. */
  readonly dirs: string;
  /** The calls have begun, on this worker. */
  started(worker: number, ids: readonly number[]): void;
  /**
   * The attempts have ended; their slots are free. What was cancelled has completed only if that was before it heard of
   * it; else it is `released`.
   */
  done(attempts: readonly Attempt[]): void;
  /** Calls that did not end through no fault of theirs: they are dispatched again, at no cost of attempts. */
  lost(ids: readonly number[], reason: string): void;
  /** The slots that calls which were cancelled or timed out still held are free. */
  released(ids: readonly number[]): void;
  /** How many calls the runner wants to hold at once from now on, and how many of them can run at once. */
  slots(count: number, atOnce?: number): void;
  /** A call has made its directory, here. */
  directory(id: number, path: string): void;
  /** The scope of what a call calls, which runs in this process. */
  nest(id: number): NestedScope;
  /** A call waits for what it called; its slot is free until `resume`. */
  waits(id: number): void;
  /** A call that waits would go on. */
  resumes(id: number): void;
  /** What a call that runs elsewhere has to say about what it calls. */
  ask(id: number, wire: unknown[]): void;
  /** A number for a new worker. */
  worker(name: string, pid?: number): number;
  /** Any fact for the run's events: output, logs, progress, workers. */
  tell(event: HeddleEvent): void;
  /** The runner cannot work at all: no further call will be executed. */
  broken(error: Error): void;
}

/** A place where calls are executed. */
export interface Runner {
  readonly name: string;
  /** Workers, as the display counts them; Infinity where they are not limited. */
  readonly workers: number;
  /** How many calls each of them runs at once; 1 if left out. */
  readonly concurrency?: number;
  /** True when calls share this process's memory, so that inputs are handed over as they are. */
  readonly shared: boolean;
  /** True when its workers have memory of their own, but can read this process's shared memory. */
  readonly segments?: boolean;
  /** False when its workers do not see the files of this machine. */
  readonly sharesDisk?: boolean;
  /** The same runner with another number of workers, for `-n`; left out where that number cannot be chosen. */
  resized?(workers: number | "auto"): Runner;
  /** The runner for calls with these labels; left out where they make no difference. */
  fitted?(labels: ReadonlyMap<string, number>): Runner;
  open(host: Host): RunnerSession;
}

/** A runner at work for one run. */
export interface RunnerSession {
  /** Calls to execute; never more than the slots that the runner has asked for. */
  dispatch(calls: readonly Dispatch[]): void;
  /** Ends calls early: their signals are aborted, and what does not obey is stopped by force. */
  cancel(ids: readonly number[], reason: string): void;
  /** A call that waited may go on. */
  resume(id: number): void;
  /** An answer to what the call asked. */
  tell(id: number, wire: unknown[]): void;
  /** Whether a result that stayed elsewhere can be an input of its calls as it is. */
  takes?(value: unknown): boolean;
  /** Frees everything; resolves when no worker is left, save threads stuck in native code. */
  close(): Promise<void>;
}
