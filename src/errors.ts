/**
 * The catalogue of every error that a user of heddle can cause: its code, its class, what it says and what to do.
 * `docs/errors.md` lists the same entries; a test holds the two in step.
 */
export const catalogue = {
  TASK_NAME: {
    name: "TaskNameError",
    says: "A {kind} was defined without a name at {where}",
    remedy: 'Give it one: {kind}("name", fn). The name is how logs, caches and workers find it.',
  },
  DUPLICATE_TASK: {
    name: "DuplicateTaskError",
    says: 'Two tasks are called "{name}" in {module}: the first at {first}, the second at {second}',
    remedy: "Rename one of them. In a loop, put the loop variable into the name or pass it as an input.",
  },
  OPTION: {
    name: "OptionError",
    says: "{where}: {problem}",
    remedy: "{hint}",
  },
  CONFIG: {
    name: "ConfigError",
    says: "{file}: {problem}",
    remedy: "{hint}",
  },
  NO_FLOW: {
    name: "NoFlowError",
    says: "{call} was called outside a flow",
    remedy: "Call it inside flow(…) or inside `await run(() => …)`. To run the task by itself, call {task}(…).",
  },
  FLOW_ENDED: {
    name: "FlowEndedError",
    says: '{call} was called after the flow "{flow}" had ended',
    remedy: "Await or return the asynchronous work in which the call happens, so that the flow lasts until then.",
  },
  SUBMIT_INSIDE_TASK: {
    name: "SubmitInsideTaskError",
    says: "{task} cannot call tasks where it runs: nothing there passes its calls on to the coordinator",
    remedy:
      "In a runner of your own, give what it asks to `answer` of run(bytes, { answer }), as execute(bytes, { ask }) on the far side.",
  },
  MAP_LENGTH: {
    name: "MapLengthError",
    says: "{task}.map got inputs of unequal length: {lengths}",
    remedy: "Give inputs of one length, or wrap what every call should get in unmapped(…).",
  },
  NOTHING_TO_MAP: {
    name: "NothingToMapError",
    says: "{task}.map got nothing to iterate over ({inputs})",
    remedy: "Give at least one array or other iterable (strings are not iterated), or use {task}.submit(…).",
  },
  LIST_LENGTH: {
    name: "ListLengthError",
    says: "The length of the list of {task} is not known yet, as its source has not ended",
    remedy: "Await the list, or read it with `for await (… of asCompleted(list))`.",
  },
  UNCLONEABLE: {
    name: "UncloneableError",
    says: "{what} of {task} cannot be copied for another thread or process: {path} is {kind}",
    remedy: "{hint}",
  },
  SERIALIZER: {
    name: "SerializerError",
    says: 'An instance of the class "{name}" arrived that cannot be decoded: {problem}',
    remedy: "{hint}",
  },
  THROWN_VALUE: {
    name: "ThrownValueError",
    says: "{task} threw a value that is not an Error: {value}",
    remedy: "Throw an Error. The value is this error's `cause`.",
  },
  UPSTREAM: {
    name: "UpstreamError",
    says: "{task} did not run, because {root} failed: {message}",
    remedy: "Mend {root}, or take its failure as a value with allowFailure(…).",
  },
  UNOBSERVED: {
    name: "UnobservedFailuresError",
    says: '{count} in the flow "{flow}" failed and nobody looked: {calls}',
    remedy: "Await the futures, return them, or take failures as values with settled() or allowFailure(…).",
  },
  TIMEOUT: {
    name: "TimeoutError",
    says: "{what}",
    remedy: "{hint}",
  },
  CANCELLED: {
    name: "CancelledError",
    says: "{task} was cancelled: {reason}",
    remedy: "If that was not meant, look for who called cancel(), or for what failed in the same flow.",
  },
  CRASHED: {
    name: "CrashedError",
    says: "The worker that ran {task} died: {cause}",
    remedy: "{hint}",
  },
  WORKER_START: {
    name: "WorkerStartError",
    says: "A worker of the runner {runner} could not be started: {cause}",
    remedy: "Run `heddle doctor` to see what is installed and what a worker needs.",
  },
  MODULE_LOAD: {
    name: "ModuleLoadError",
    says: "{file} could not be loaded in {place}: {cause}",
    remedy: "{hint}",
  },
  UNREACHABLE_TASK: {
    name: "UnreachableTaskError",
    says: "A worker cannot reach the task {task}: {why}",
    remedy: "{hint}",
  },
  UNKNOWN_RUNNER: {
    name: "UnknownRunnerError",
    says: 'There is no runner called "{name}"',
    remedy: "Choose one of: {choices}. Your own are registered under `runners` in heddle.config.",
  },
  BAD_PART: {
    name: "BadPartError",
    says: "The result of {task} has no part {key}: it is {found}",
    remedy: "Check the key given to get(…).",
  },
  PROTOCOL: {
    name: "ProtocolError",
    says: "A message that heddle cannot read came from {from}: {problem}",
    remedy: "Make sure that both sides run the same version of heddle and that nothing else writes to its channel.",
  },
  USAGE: {
    name: "UsageError",
    says: "{problem}",
    remedy: "{hint}",
  },
  INTERRUPTED: {
    name: "InterruptedError",
    says: "The run was interrupted",
    remedy: "Start it again when you like.",
  },
  DRAWING: {
    name: "DrawingError",
    says: "The plan cannot be drawn as SVG: {problem}",
    remedy: "{hint}",
  },
  STORE: {
    name: "StoreError",
    says: "The cache in {folder} cannot be used: {problem}",
    remedy: "{hint}",
  },
  STORE_VERSION: {
    name: "StoreVersionError",
    says: "The cache in {folder} has format {found}, and this heddle reads up to {known}",
    remedy: "Upgrade heddle, or give another folder with -o (`cache.folder` in heddle.config).",
  },
  DAMAGED_ENTRY: {
    name: "DamagedEntryError",
    says: "The cached result {key} is damaged: {problem}",
    remedy: "Run the call again, which replaces it, or remove all that is damaged with `heddle cache verify`.",
  },
  UNSTORABLE_RESULT: {
    name: "UnstorableResultError",
    says: "{part}, so the result of {task} cannot be kept",
    remedy: "{hint} Or turn the cache off for this task: cache: false.",
  },
  AMOUNT: {
    name: "AmountError",
    says: "{task} needs {amount} of {label}, and there is no more than {there}",
    remedy: "Let it need less, or raise the limit of {label}.",
  },
  LABEL_DEADLOCK: {
    name: "LabelDeadlockError",
    says: "{task} can never start: it needs {needs}, which is held by {holders}, and what they wait for cannot get on either",
    remedy: "Hold less, or let tasks that call one another hold labels in one order.",
  },
  WAIT_CYCLE: {
    name: "WaitCycleError",
    says: "{task} waits for itself: {path}",
    remedy:
      "Equal cached calls are executed once, so a flow that calls itself with the inputs it was called with never ends. Change the inputs on the way down.",
  },
  FILE: {
    name: "FileError",
    says: "{what} of {task} names a file that cannot be used: {path} is {file}, which {problem}",
    remedy: "{hint}",
  },
} as const;

/** The code of an error in the catalogue. */
export type ErrorCode = keyof typeof catalogue;
/** What fills the blanks of an error's message. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/**
 * The base of every error that heddle raises.
 *
 * `code` is stable and meant for programs, `short` says what happened, `remedy` what to do; `message` is both.
 */
export class HeddleError extends Error {
  readonly code: ErrorCode;
  readonly short: string;
  readonly remedy: string;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    const { name, says, remedy } = catalogue[code];
    const short = fill(says, details);
    const hint = fill(remedy, details);
    super(hint === "" ? short : `${short}\n  ${hint}`, options);
    this.name = name;
    this.code = code;
    this.short = short;
    this.remedy = hint;
    hide(this, "name", "short", "remedy");
  }
}

function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (blank, key: string) => String(details[key] ?? blank));
}

function hide(error: Error, ...keys: string[]): void {
  for (const key of keys) {
    const value: unknown = Reflect.get(error, key);
    Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true });
  }
}

type ErrorClass = new (details?: ErrorDetails, options?: ErrorOptions) => HeddleError;

function errorClass(code: ErrorCode): ErrorClass {
  const named = {
    [catalogue[code].name]: class extends HeddleError {
      constructor(details?: ErrorDetails, options?: ErrorOptions) {
        super(code, details, options);
      }
    },
  };
  return named[catalogue[code].name] as ErrorClass;
}

export const TaskNameError = errorClass("TASK_NAME");
export const DuplicateTaskError = errorClass("DUPLICATE_TASK");
export const OptionError = errorClass("OPTION");
export const ConfigError = errorClass("CONFIG");
export const NoFlowError = errorClass("NO_FLOW");
export const FlowEndedError = errorClass("FLOW_ENDED");
export const SubmitInsideTaskError = errorClass("SUBMIT_INSIDE_TASK");
export const MapLengthError = errorClass("MAP_LENGTH");
export const NothingToMapError = errorClass("NOTHING_TO_MAP");
export const ListLengthError = errorClass("LIST_LENGTH");
export const UncloneableError = errorClass("UNCLONEABLE");
export const SerializerError = errorClass("SERIALIZER");
export const ThrownValueError = errorClass("THROWN_VALUE");
export const TimeoutError = errorClass("TIMEOUT");
export const CancelledError = errorClass("CANCELLED");
export const CrashedError = errorClass("CRASHED");
export const WorkerStartError = errorClass("WORKER_START");
export const ModuleLoadError = errorClass("MODULE_LOAD");
export const UnreachableTaskError = errorClass("UNREACHABLE_TASK");
export const UnknownRunnerError = errorClass("UNKNOWN_RUNNER");
export const BadPartError = errorClass("BAD_PART");
export const ProtocolError = errorClass("PROTOCOL");
export const UsageError = errorClass("USAGE");
export const InterruptedError = errorClass("INTERRUPTED");
export const DrawingError = errorClass("DRAWING");
export const StoreError = errorClass("STORE");
export const StoreVersionError = errorClass("STORE_VERSION");
export const UnstorableResultError = errorClass("UNSTORABLE_RESULT");
export const AmountError = errorClass("AMOUNT");
export const LabelDeadlockError = errorClass("LABEL_DEADLOCK");
export const WaitCycleError = errorClass("WAIT_CYCLE");
export const FileError = errorClass("FILE");

/** A cached result that is not as it was written; `key` says which, `problem` what is wrong with it. */
export class DamagedEntryError extends HeddleError {
  readonly key: string;
  readonly problem: string;
  constructor(details: { readonly key: string; readonly problem: string }, options?: ErrorOptions) {
    super("DAMAGED_ENTRY", details, options);
    this.key = details.key;
    this.problem = details.problem;
    hide(this, "key", "problem");
  }
}

/** A call that did not run because one that it needed failed; `root` is the error of that first failure. */
export class UpstreamError extends HeddleError {
  readonly root: Error;
  constructor(details: ErrorDetails, root: Error) {
    super("UPSTREAM", details, { cause: root });
    this.root = root;
    hide(this, "root");
  }
}

/** What a flow rejects with when it returned although calls failed that nobody had looked at. */
export class UnobservedFailuresError extends AggregateError {
  readonly code: ErrorCode = "UNOBSERVED";
  readonly short: string;
  readonly remedy: string;
  constructor(errors: readonly Error[], details: ErrorDetails) {
    const { says, remedy } = catalogue.UNOBSERVED;
    const short = fill(says, details);
    super(errors, `${short}\n  ${fill(remedy, details)}`);
    this.name = "UnobservedFailuresError";
    this.short = short;
    this.remedy = remedy;
    hide(this, "name", "short", "remedy");
  }
}
