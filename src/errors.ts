/** The errors that heddle raises: a class each. What they say stands in the catalogue. */
import { catalogue } from "./catalogue.ts";

export { catalogue };

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
export const BlobError = errorClass("BLOB");
export const CancelledError = errorClass("CANCELLED");
export const CrashedError = errorClass("CRASHED");
export const WorkerStartError = errorClass("WORKER_START");
export const CommandStartError = errorClass("COMMAND_START");
export const CommandFailedError = errorClass("COMMAND_FAILED");
export const NoOutcomeError = errorClass("NO_OUTCOME");
export const ClusterError = errorClass("CLUSTER");
export const ClusterCallError = errorClass("CLUSTER_CALL");
export const ModuleLoadError = errorClass("MODULE_LOAD");
export const UnreachableTaskError = errorClass("UNREACHABLE_TASK");
export const UnknownRunnerError = errorClass("UNKNOWN_RUNNER");
export const NotAwaitedError = errorClass("NOT_AWAITED");
export const BadPartError = errorClass("BAD_PART");
export const ProtocolError = errorClass("PROTOCOL");
export const UsageError = errorClass("USAGE");
export const InterruptedError = errorClass("INTERRUPTED");
export const DrawingError = errorClass("DRAWING");
export const StoreError = errorClass("STORE");
export const MissingPackageError = errorClass("MISSING_PACKAGE");
export const StoreVersionError = errorClass("STORE_VERSION");
export const UnstorableResultError = errorClass("UNSTORABLE_RESULT");
export const LostResultError = errorClass("LOST_RESULT");
export const AmountError = errorClass("AMOUNT");
export const LabelDeadlockError = errorClass("LABEL_DEADLOCK");
export const WaitCycleError = errorClass("WAIT_CYCLE");
export const UntrustedError = errorClass("UNTRUSTED");
export const TooLargeError = errorClass("TOO_LARGE");
export const UnknownJobError = errorClass("UNKNOWN_JOB");
export const FileError = errorClass("FILE");
export const DuplicateTargetError = errorClass("DUPLICATE_TARGET");
export const TargetInsideError = errorClass("TARGET_INSIDE");
export const MissingOutputError = errorClass("MISSING_OUTPUT");
export const UnpublishedError = errorClass("UNPUBLISHED");

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

const MOST_PROBLEMS = 10;

/** What is wrong with the graph of targets, found before anything runs; `problems` has each for programs. */
export class GraphError extends HeddleError {
  readonly problems: readonly GraphProblem[];
  constructor(problems: readonly GraphProblem[]) {
    const shown = problems.slice(0, MOST_PROBLEMS);
    const hint = shown.at(-1)?.hint ?? "";
    const isOne = shown.every(each => each.hint === hint);
    // Where the remedies differ, each stands below its problem, and the last where a remedy stands.
    const says = shown.map((each, at) =>
      isOne || at === shown.length - 1 ? each.says : `${each.says}\n  ${each.hint}`,
    );
    const more = problems.length - shown.length;
    if (more > 0) says.unshift(`${problems.length} things are wrong with the graph; the first ${MOST_PROBLEMS}:`);
    super("GRAPH", { problem: says.join("\n"), hint });
    this.problems = problems;
    hide(this, "problems");
  }
}

/** One thing that is wrong with the graph of targets. */
export interface GraphProblem {
  readonly kind:
    | "twoMakers"
    | "cycle"
    | "missingInput"
    | "missingOutput"
    | "outside"
    | "outputIsFolder"
    | "outputInFile"
    | "inputIsFolder"
    | "readsItsOutput"
    | "overlap"
    | "behindLink"
    | "unknownTarget"
    | "madeTooLate";
  /** A sentence. */
  readonly says: string;
  readonly hint: string;
  /** The targets in question, by name; of a cycle, in its order. */
  readonly targets: readonly string[];
  /** The files in question, relative to the project's root if they lie in it. */
  readonly paths: readonly string[];
}

/** What a build that did not build everything fails with. */
export class BuildFailedError extends AggregateError {
  readonly code: ErrorCode = "BUILD_FAILED";
  readonly short: string;
  readonly remedy: string;
  constructor(errors: readonly Error[], details: ErrorDetails) {
    const { says, remedy } = catalogue.BUILD_FAILED;
    const short = fill(says, details);
    super(errors, `${short}\n  ${fill(remedy, details)}`);
    this.name = "BuildFailedError";
    this.short = short;
    this.remedy = remedy;
    hide(this, "name", "short", "remedy");
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
