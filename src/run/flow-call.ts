import { UsageError } from "../errors.ts";
import type { CallSink, RunningCall } from "../task/context.ts";
import { logFact, outputFact, progressFact, warningFact } from "../workers/facts.ts";
import type { Flight } from "./flight.ts";
import type { FlowScope } from "./scope.ts";

/** A flow while its function runs, as `context()` tells of it. */
export class FlowCall implements RunningCall {
  readonly id: string;
  readonly task: string;
  readonly attempt: number;
  readonly runId: string;
  readonly planning: boolean;
  private readonly scope: FlowScope;
  private readonly number: number;

  constructor(flight: Flight, scope: FlowScope) {
    const { run } = scope;
    this.id = flight.display;
    this.task = scope.name;
    this.attempt = flight.attempt;
    this.runId = run.id;
    this.planning = run.settings.planner !== undefined;
    this.scope = scope;
    this.number = flight.id;
  }

  get signal(): AbortSignal {
    return this.scope.signal;
  }

  get dirs(): string {
    return this.scope.run.directories.base;
  }

  get dir(): string {
    throw new UsageError({
      problem: `the flow ${this.id} asked for a directory of its own`,
      hint: "Only tasks have one: call a task that makes the files, and let it return file(…) of them.",
    });
  }

  /** What a flow calls is its own scope's; it has no slot to give back. */
  readonly nested = null;

  nest(): never {
    throw new Error("a flow has a scope of its own");
  }

  wait<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }

  get sink(): CallSink {
    const { columns } = this.scope.run;
    const call = this.number;
    return {
      output: (stream, text) => columns.emit(outputFact(call, stream, text)),
      log: (level, message, data) => columns.emit(logFact(call, level, message, data)),
      progress: (...how) => columns.emit(progressFact(call, ...how)),
      warning: (name, message) => columns.emit(warningFact(call, name, message)),
    };
  }
}
