/** Runs one attempt of a call. The one path of execution: inline, on a thread, in a process, on another machine. */
import { types } from "node:util";
import { shown } from "../config/shown.ts";
import { ThrownValueError, UsageError } from "../errors.ts";
import type { CallSink, LogLevel, RunningCall } from "../task/context.ts";
import type { NestedScope } from "../task/port.ts";
import { type Ambient, shared } from "../task/shared.ts";
import { makeDirectory, placeIn } from "./directories.ts";
import { BoundedOutput } from "./output.ts";
import { Waiting } from "./waiting.ts";

/** Takes what calls have to say, and how they end. */
export interface Reporter {
  output(call: Execution, stream: "stdout" | "stderr", text: string): void;
  log(call: Execution, level: LogLevel, message: string, data: unknown): void;
  progress(call: Execution, fraction: number, done?: number, total?: number, note?: string): void;
  warning(call: Execution, name: string, message: string): void;
  /** Where directories are made that have no place of their own. */
  readonly dirs: string;
  /** A call has made its directory. */
  directory(call: Execution, path: string): void;
  ended(call: Execution, ok: boolean, value: unknown, ms: number): void;
  /** The scope of what a call calls. */
  nest(call: Execution): NestedScope;
  /** A call waits for what it called, and leaves its slot to others. */
  waits(call: Execution): void;
  /** It would go on: `goOn` says when it may. */
  resumes(call: Execution): void;
}

/** Where the directory of a call is made, if it asks for one; null: in the folder for those without such a place. */
export interface Placed {
  readonly dir: string | null;
}

type AnyFunction = (...inputs: unknown[]) => unknown;

/**
 * One attempt while it runs. It is its own async context, running call and sink, as each further object would cost
 * every call an allocation.
 */
export class Execution implements RunningCall, Ambient, CallSink {
  /** What the reporter knows it by. */
  readonly number: number;
  readonly callId: number;
  readonly task: string;
  readonly attempt: number;
  readonly runId: string;
  readonly reporter: Reporter;
  readonly #place: Placed;
  #over = false;
  /** What few calls come to have. */
  #more: More | null = null;

  constructor(
    number: number,
    callId: number,
    task: string,
    attempt: number,
    runId: string,
    reporter: Reporter,
    place: Placed,
  ) {
    this.#place = place;
    this.number = number;
    this.callId = callId;
    this.task = task;
    this.attempt = attempt;
    this.runId = runId;
    this.reporter = reporter;
  }

  get id(): string {
    return `${this.task}-${this.callId}`;
  }

  get planning(): boolean {
    return false;
  }

  get call(): RunningCall {
    return this;
  }

  get sink(): CallSink {
    return this;
  }

  /** Made when asked for: most calls never look. */
  get signal(): AbortSignal {
    this.#more ??= new More();
    return this.#more.signal;
  }

  get dirs(): string {
    return this.reporter.dirs;
  }

  /** Made when asked for, likewise. */
  get dir(): string {
    this.#more ??= new More();
    this.#more.dir ??= this.#makeDirectory();
    return this.#more.dir;
  }

  /** The directory that it has made; null if it has made none. */
  get directory(): string | null {
    return this.#more === null ? null : this.#more.dir;
  }

  /** The same, if it is kept with the result. */
  get keptDirectory(): string | null {
    return this.#place.dir === null ? null : this.directory;
  }

  /** Why it was told to stop; null if it was not. */
  get abandoned(): Error | null {
    return this.#more === null ? null : this.#more.reason;
  }

  get nested(): NestedScope | null {
    return this.#more === null ? null : this.#more.nested;
  }

  nest(): NestedScope {
    this.#more ??= new More();
    if (this.#more.nested === null) {
      this.#more.nested = this.reporter.nest(this);
      if (this.#more.reason !== null) this.#more.nested.giveUp(this.#more.reason.message);
    }
    return this.#more.nested;
  }

  /** What a call has left behind and goes on after its end holds no slot, so it waits for none. */
  wait<T>(promise: Promise<T>): Promise<T> {
    if (this.#over) return promise;
    this.#more ??= new More();
    this.#more.waiting ??= this.#pausable();
    return this.#more.waiting.for(promise);
  }

  #pausable(): Waiting {
    return new Waiting({ waits: () => this.reporter.waits(this), resumes: () => this.reporter.resumes(this) });
  }

  /** It has its slot again. */
  goOn(): void {
    this.#more?.waiting?.goOn();
  }

  /** What is to stop when it is told to. */
  leads(inner: Execution): void {
    this.#more ??= new More();
    this.#more.inner = inner;
    if (this.#more.reason !== null) inner.abort(this.#more.reason);
  }

  /** The call that it stands for has ended: to tell of that it needs no slot, which another may have meanwhile. */
  concludes(): void {
    this.#more ??= new More();
    this.#more.waiting ??= this.#pausable();
    this.#more.waiting.release();
  }

  abort(reason: Error): void {
    this.#more ??= new More();
    this.#more.stop(reason);
  }

  /** Text or bytes that the call wrote; `chunk` is cut if the call writes without end. */
  output(stream: "stdout" | "stderr", chunk: string | Uint8Array): void {
    this.#more ??= new More();
    this.#more.bounded ??= new BoundedOutput((to, text) => this.reporter.output(this, to, text));
    this.#more.bounded.write(stream, chunk);
  }

  log(level: LogLevel, message: string, data: unknown): void {
    this.reporter.log(this, level, message, data);
  }

  progress(fraction: number, done?: number, total?: number, note?: string): void {
    this.reporter.progress(this, fraction, done, total, note);
  }

  warning(name: string, message: string): void {
    this.reporter.warning(this, name, message);
  }

  end(ok: boolean, value: unknown, ms: number): void {
    this.#over = true;
    const more = this.#more;
    more?.bounded?.end();
    more?.waiting?.release();
    const waited = more?.waiting?.ms ?? 0;
    this.reporter.ended(this, ok, ok ? value : this.#asError(value), Math.max(0, ms - waited));
  }

  /** Its function has ended, at once or later: so has the call, when all that it called has. */
  finish(ok: boolean, value: unknown, began: number): void {
    const { nested } = this;
    if (nested === null) {
      this.end(ok, value, performance.now() - began);
      return;
    }
    // With nothing under way it only ends, and needs no slot for that.
    const { isBusy } = nested;
    const concluding = nested.conclude(ok ? { value } : { error: value });
    const concluded = isBusy ? this.wait(concluding) : concluding;
    concluded.then(
      result => this.end(true, result, performance.now() - began),
      error => this.end(false, error, performance.now() - began),
    );
  }

  #makeDirectory(): string {
    if (this.#over) {
      throw new UsageError({
        problem: `${this.id} asked for its directory after it had ended`,
        hint: "Take it while the call runs: const { dir } = context().",
      });
    }
    const place = this.#place.dir ?? placeIn(this.reporter.dirs, this.task, this.callId, this.attempt);
    const path = makeDirectory(place);
    this.reporter.directory(this, path);
    return path;
  }

  #asError(thrown: unknown): unknown {
    if (thrown instanceof Error || types.isNativeError(thrown)) return thrown;
    return new ThrownValueError({ task: this.id, value: shown(thrown) }, { cause: thrown });
  }
}

/** What most calls never have, apart from the rest, as each field would cost every call its room. */
class More {
  dir: string | null = null;
  reason: Error | null = null;
  bounded: BoundedOutput | null = null;
  nested: NestedScope | null = null;
  waiting: Waiting | null = null;
  inner: Execution | null = null;
  #abort: AbortController | null = null;

  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.reason !== null) this.#abort.abort(this.reason);
    }
    return this.#abort.signal;
  }

  stop(reason: Error): void {
    this.reason ??= reason;
    this.nested?.giveUp(reason.message);
    this.waiting?.release();
    this.inner?.abort(reason);
    this.#abort?.abort(reason);
  }
}

/**
 * Begins an execution; true when it ended before this function returned, else `reporter.ended` follows. `began` is the
 * present time, where that is known.
 */
export function execute(
  execution: Execution,
  fn: (...inputs: never[]) => unknown,
  inputs: unknown[],
  began = performance.now(),
): boolean {
  let value: unknown;
  try {
    value = shared.ambient.run(execution, invoke, fn as AnyFunction, inputs);
  } catch (error) {
    execution.finish(false, error, began);
    return execution.nested === null;
  }
  if (!(value instanceof Promise)) {
    execution.finish(true, value, began);
    return execution.nested === null;
  }
  value.then(
    result => execution.finish(true, result, began),
    error => execution.finish(false, error, began),
  );
  return false;
}

/** Thenables become promises here, inside the call's context, as some begin their work when `then` is called. */
function invoke(fn: AnyFunction, inputs: unknown[]): unknown {
  const value = fn(...inputs);
  return isThenable(value) ? Promise.resolve(value) : value;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  return typeof (value as { then?: unknown }).then === "function";
}
