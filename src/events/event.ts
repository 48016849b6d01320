/**
 * The facts about a run. Everything that is shown, logged or counted is read from these; nobody prints elsewhere.
 *
 * Times (`at`) are milliseconds since the epoch, with fractions; durations are milliseconds. Calls are numbers that
 * grow with the order of submission; tasks and workers are small numbers that an earlier event has introduced.
 * What happens a million times in a run comes in columns: one event for many calls.
 */
export type HeddleEvent =
  | RunStarted
  | TaskDefined
  | CallsSubmitted
  | CallNamed
  | CallsStarted
  | CallsCompleted
  | CallsCached
  | CallsKeyed
  | TargetsStale
  | TargetsSettled
  | CallFailed
  | CallRetrying
  | CallRestarted
  | CallOutput
  | CommandOutput
  | CallLog
  | CallProgress
  | Warned
  | LabelUsed
  | WorkerStarted
  | WorkerOutput
  | WorkerEnded
  | RunEnded;

export interface RunStarted {
  readonly type: "runStarted";
  readonly at: number;
  readonly run: string;
  readonly flow: string;
  readonly runner: string;
  /** Slots of the runner; `null` where they are not limited. */
  readonly workers: number | null;
  readonly heddle: string;
  readonly node: string;
  /** True with `--in-process` or a debugger: every call runs here, one at a time. */
  readonly inProcess: boolean;
}

/** Introduces a task (or flow) and the number that later events use for it. */
export interface TaskDefined {
  readonly type: "taskDefined";
  readonly task: number;
  readonly name: string;
  readonly identity: string;
  readonly kind: "task" | "flow";
}

/** Calls `first` to `first + count - 1` of one task came into being. */
export interface CallsSubmitted {
  readonly type: "submitted";
  readonly at: number;
  readonly task: number;
  readonly first: number;
  readonly count: number;
  /** The flow call that submitted them. */
  readonly parent: number | null;
}

/** What the display calls one call, where its task has a `callName`. */
export interface CallNamed {
  readonly type: "named";
  readonly call: number;
  readonly name: string;
}

export interface CallsStarted {
  readonly type: "started";
  readonly at: number;
  readonly worker: number;
  readonly calls: readonly number[];
}

/** Calls that ended well; `ms[i]` is the time that `calls[i]` took to run, without its waiting. */
export interface CallsCompleted {
  readonly type: "completed";
  readonly at: number;
  readonly worker: number;
  readonly calls: readonly number[];
  readonly ms: readonly number[];
}

/** Calls that ended well without being executed: their results were kept, or an equal call was under way. */
export interface CallsCached {
  readonly type: "cached";
  readonly at: number;
  readonly calls: readonly number[];
}

/** The keys under which results are kept: `keys[i]` is that of `calls[i]`. Told where a log of the run is kept. */
export interface CallsKeyed {
  readonly type: "keyed";
  readonly at: number;
  readonly calls: readonly number[];
  readonly keys: readonly string[];
  /** Why calls were not taken from the store, by their place; left out for those that were, or were never run before. */
  readonly reasons?: Readonly<Record<number, string>>;
}

/** Targets that have to be built, and why: `reasons[i]` are those of `calls[i]`, in words. */
export interface TargetsStale {
  readonly type: "stale";
  readonly at: number;
  readonly calls: readonly number[];
  readonly names: readonly string[];
  readonly reasons: readonly (readonly string[])[];
}

/** How a target ends that is not executed: nothing has changed, what has is to be taken as it is, or it is left out. */
export type SettledState = "fresh" | "persisted" | "skipped";
export type TargetState = "completed" | SettledState | FailureState;

/** Targets that ended without being executed. `names[i]` is that of `calls[i]`, `reasons[i]` why, where there is one. */
export interface TargetsSettled {
  readonly type: "settled";
  readonly at: number;
  readonly state: SettledState;
  readonly calls: readonly number[];
  readonly names: readonly string[];
  readonly reasons?: readonly (readonly string[])[];
}

export type FailureState = "failed" | "crashed" | "timedOut" | "cancelled" | "upstreamFailed";

export interface CallFailed {
  readonly type: "failed";
  readonly at: number;
  readonly call: number;
  readonly state: FailureState;
  readonly error: ErrorFacts;
  readonly attempt: number;
  /** `null` for a call that never started. */
  readonly worker: number | null;
  readonly ms: number;
}

export interface CallRetrying {
  readonly type: "retrying";
  readonly at: number;
  readonly call: number;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly delay: number;
  readonly state: FailureState;
  readonly error: ErrorFacts;
  readonly worker: number | null;
  readonly ms: number;
}

/** A call that is run again although it did nothing wrong: its worker died or was retired under it. */
export interface CallRestarted {
  readonly type: "restarted";
  readonly at: number;
  readonly call: number;
  readonly reason: string;
}

/** What a call printed. */
export interface CallOutput {
  readonly type: "output";
  readonly at: number;
  readonly call: number;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** What a command said for itself in which a call, or a worker, was to run: a prefix such as `srun`. */
export interface CommandOutput {
  readonly type: "commandOutput";
  readonly at: number;
  /** `null` where the command runs a worker for many calls. */
  readonly call: number | null;
  readonly worker: number;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

export interface CallLog {
  readonly type: "log";
  readonly at: number;
  readonly call: number;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly data?: unknown;
}

export interface CallProgress {
  readonly type: "progress";
  readonly at: number;
  readonly call: number;
  /** 0 to 1. */
  readonly fraction: number;
  readonly done?: number;
  readonly total?: number;
  readonly note?: string;
}

/** A warning of the Node process inside a call, or one of heddle's own. */
export interface Warned {
  readonly type: "warning";
  readonly at: number;
  readonly call: number | null;
  /** `heddle` or the name of the process warning, such as `DeprecationWarning`. */
  readonly name: string;
  readonly message: string;
}

/** How much of a label is in use, and how many calls wait for it. Told when that changed, at most every 50 ms. */
export interface LabelUsed {
  readonly type: "limits";
  readonly at: number;
  readonly label: string;
  readonly used: number;
  readonly limit: number;
  /** Milliseconds, where the limit is how much may start in such a time. */
  readonly per?: number;
  readonly waiting: number;
  /** The limit is for all runs on the same store together, and `used` is what this one uses. */
  readonly shared?: true;
}

export interface WorkerStarted {
  readonly type: "workerStarted";
  readonly at: number;
  readonly worker: number;
  /** For display, such as `threads/2`. */
  readonly name: string;
  readonly runner: string;
  readonly pid?: number;
}

/** What a worker wrote to its descriptors outside every call, or from native code. */
export interface WorkerOutput {
  readonly type: "workerOutput";
  readonly at: number;
  readonly worker: number;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

export interface WorkerEnded {
  readonly type: "workerEnded";
  readonly at: number;
  readonly worker: number;
  /** `recycled`: it had done its part, by calls or memory; `idle`: it had nothing to do. */
  readonly reason: "closed" | "crashed" | "retired" | "recycled" | "idle";
  readonly detail?: string;
}

export interface RunEnded {
  readonly type: "runEnded";
  readonly at: number;
  readonly state: "completed" | "failed" | "interrupted";
  readonly ms: number;
  /** How many results are kept for a run that continues this one. */
  readonly resumable?: number;
  readonly error?: ErrorFacts;
}

/** An error as data: what a report needs of it. */
export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly cause?: ErrorFacts;
  /** The members of an AggregateError. */
  readonly errors?: readonly ErrorFacts[];
}

/** Takes the events of a run, in batches, in order. */
export type EventReader = (events: readonly HeddleEvent[]) => void;
