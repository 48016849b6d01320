/**
 * The catalogue of every error that a user of heddle can cause: its code, its class, what it says and what to do.
 * `docs/errors.md` lists the same entries; a test holds the two in step.
 */
export const catalogue = {
  TASK_NAME: {
    name: "TaskNameError",
    says: "A {kind} was defined without a name at {where}",
    remedy: 'Give it one: {kind}("name", {rest}). The name is how logs, caches and workers find it.',
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
    remedy: "{remedy}",
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
  COMMAND_START: {
    name: "CommandStartError",
    says: "The command for {task} could not be started, as {cause}: {command}",
    remedy: "{hint}",
  },
  COMMAND_FAILED: {
    name: "CommandFailedError",
    says: "The command for {task} ended with {end} before its worker had begun: {command}",
    remedy: "{hint}",
  },
  NO_OUTCOME: {
    name: "NoOutcomeError",
    says: "The command for {task} ended well, but gave no outcome: {command}",
    remedy:
      "A prefix has to run the command that follows it and to wait for its end, where it sees the same folders.{output}",
  },
  CLUSTER: {
    name: "ClusterError",
    says: "The runner {runner} has no cluster to work on: {problem}",
    remedy: "{hint}",
  },
  CLUSTER_CALL: {
    name: "ClusterCallError",
    says: "The runner {runner} cannot execute {task}: {problem}",
    remedy: "{hint}",
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
  NOT_AWAITED: {
    name: "NotAwaitedError",
    says: "The future of {call} is used as a {kind}",
    remedy: "Await it where its value is needed, or hand it to a task, which gets the value.",
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
    says: "The {kept} in {folder} cannot be used: {problem}",
    remedy: "{hint}",
  },
  MISSING_PACKAGE: {
    name: "MissingPackageError",
    says: "{what} needs the package {package}, which is not installed",
    remedy: "Install it in this project: npm install {all}.",
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
  LOST_RESULT: {
    name: "LostResultError",
    says: "The result of {task} was put on disk, as maxLiveBytes says, and cannot be read back from {path}: {problem}",
    remedy: "Leave the folder of a run alone until it has ended, and await what you need of it before that.",
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
  UNKNOWN_JOB: {
    name: "UnknownJobError",
    says: "There is no job {id} in the queue of {place}",
    remedy:
      "Check the id, and the folder: `heddle jobs` lists what there is. Another store is named by attach(id, { store }), -o, or HEDDLE_QUEUE. Jobs that have ended are forgotten after a while.",
  },
  UNTRUSTED: {
    name: "UntrustedError",
    says: "{what} {problem}",
    remedy: "{hint}",
  },
  TOO_LARGE: {
    name: "TooLargeError",
    says: "{what} brings {size} along, and this worker reads no more than {limit}",
    remedy: "Hand over less, or the paths of files; or let the worker read more: heddle worker --max-inputs 2GB.",
  },
  BLOB: {
    name: "BlobError",
    says: "{what}, {size}, {problem}",
    remedy: "{hint}",
  },
  DUPLICATE_TARGET: {
    name: "DuplicateTargetError",
    says: 'Two targets are called "{name}" in {module}: the first at {first}, the second at {second}',
    remedy: "Rename one of them. In a loop, tell them apart by `id`, or make the target parametric.",
  },
  TARGET_INSIDE: {
    name: "TargetInsideError",
    says: 'The target "{target}" is defined while {task} runs',
    remedy:
      "Define it at the top level of a module, with a function in the place of its options, and return it for some parameters: return [1, 2].map(k => part(k)).",
  },
  GRAPH: {
    name: "GraphError",
    says: "{problem}",
    remedy: "{hint}",
  },
  MISSING_OUTPUT: {
    name: "MissingOutputError",
    says: "{target} did not make {outputs}",
    remedy: "{hint}",
  },
  UNPUBLISHED: {
    name: "UnpublishedError",
    says: "What {target} made could not be put in its place: {problem}",
    remedy: "{hint}",
  },
  BUILD_FAILED: {
    name: "BuildFailedError",
    says: "{count} failed: {targets}",
    remedy: "Mend what failed and build again: only that, and what depends on it, is built.",
  },
} as const;
