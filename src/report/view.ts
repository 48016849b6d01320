import type {
  CallFailed,
  CallProgress,
  CallRetrying,
  HeddleEvent,
  LabelUsed,
  RunEnded,
  RunStarted,
  TargetsSettled,
} from "../events/event.ts";
import {
  CANCELLED,
  CallTable,
  COMPLETED,
  callStates,
  FAILED,
  QUEUED,
  RETRYING,
  RUNNING,
  UNKNOWN,
  UPSTREAM_FAILED,
} from "./calls.ts";
import { type CaptureKind, Captures } from "./capture.ts";
import { Failures } from "./failures.ts";
import { Slowest } from "./slowest.ts";
import { againCommand, Targets } from "./targets.ts";
import { TaskView } from "./tasks.ts";
import { dataText } from "./text.ts";
import { Warnings } from "./warnings.ts";
import { Workers, WorkerView } from "./workers.ts";

/**
 * A run as its events tell it so far: a fold over them, without a clock. It keeps columns of a few bytes for every
 * call, and objects only for calls that run, failed or are among the slowest.
 */
export class RunView {
  started: RunStarted | undefined;
  end: RunEnded | undefined;
  #rootCached = false;
  /** By task number. */
  readonly tasks: TaskView[] = [];
  readonly workers = new Workers();
  /** The last that was told of each label that is limited. */
  readonly labels = new Map<string, LabelUsed>();
  /** Running calls of tasks, in the order in which they started. */
  readonly running = new Set<number>();
  /** Running calls of flows. */
  readonly flows = new Set<number>();
  /** The last progress of running calls that told it. */
  readonly progress = new Map<number, CallProgress>();
  readonly failures = new Failures();
  readonly warnings = new Warnings();
  readonly slowest = new Slowest();
  readonly targets = new Targets();
  /** The flow that the run is of: the first call without a parent, if it is one of a flow. */
  root: number | undefined;
  readonly #calls = new CallTable();
  readonly #names = new Map<number, string>();
  readonly #captures = new Captures();

  read(events: readonly HeddleEvent[]): void {
    for (const event of events) this.#read(event);
  }

  taskOf(call: number): TaskView | undefined {
    return this.#calls.state[call] ? this.tasks[this.#calls.task[call]!] : undefined;
  }

  /** Whether the outermost flow was not executed; only of that is it kept. */
  wasCached(call: number): boolean {
    return call === this.root && this.#rootCached;
  }

  /** What the display calls a call. */
  nameOf(call: number): string {
    return this.#names.get(call) ?? `${this.taskOf(call)?.name ?? "call"}-${call}`;
  }

  workerOf(call: number): WorkerView | undefined {
    return this.workers.get(this.#calls.worker[call] ?? -1);
  }

  /** When the call's present state began. */
  sinceOf(call: number): number {
    return this.#calls.since[call] ?? 0;
  }

  #read(event: HeddleEvent): void {
    switch (event.type) {
      case "runStarted":
        this.started = event;
        break;
      case "taskDefined":
        this.tasks[event.task] = new TaskView(event.name, event.kind);
        this.targets.defined(event);
        break;
      case "submitted":
        this.#submitted(event.task, event.first, event.count, event.at, event.parent);
        break;
      case "named":
        if (!this.#over(event.call)) this.#names.set(event.call, event.name);
        break;
      case "started":
        for (const call of event.calls) this.#startedCall(call, event.worker, event.at);
        break;
      case "completed": {
        const { calls, ms, at, worker } = event;
        for (let i = 0; i < calls.length; i++) this.#ended(calls[i]!, COMPLETED, ms[i] ?? 0, at, worker);
        break;
      }
      case "cached":
        for (const call of event.calls) this.#cached(call, event.at);
        break;
      case "keyed":
        break;
      case "stale":
        this.targets.stale(event);
        break;
      case "settled":
        this.#settled(event);
        break;
      case "failed":
        this.#failed(event);
        break;
      case "retrying":
        this.#retrying(event);
        break;
      case "restarted":
        this.#move(event.call, QUEUED, event.at)?.restarted();
        break;
      case "output":
        this.#capture(event.call, event.stream, event.text);
        break;
      case "commandOutput":
        if (event.call === null) this.workers.of(event.worker, event.at).output.add("command", event.text);
        else this.#capture(event.call, "command", event.text);
        break;
      case "log":
        this.#capture(event.call, "log", `${event.level}: ${event.message}${dataText(event.data)}\n`);
        break;
      case "progress":
        this.#progressed(event);
        break;
      case "warning":
        this.warnings.add(event.name, event.message, event.call === null ? undefined : this.nameOf(event.call));
        if (event.call !== null) this.#capture(event.call, "warning", `${event.name}: ${event.message}\n`);
        break;
      case "limits":
        this.labels.set(event.label, event);
        break;
      case "workerStarted":
        this.workers.set(event.worker, new WorkerView(event.name, event.at));
        break;
      case "workerOutput":
        this.workers.of(event.worker, event.at).output.add(event.stream, event.text);
        break;
      case "workerEnded":
        this.workers.of(event.worker, event.at).end(event);
        break;
      case "runEnded":
        this.end = event;
        break;
      default: // A log of a newer heddle may hold facts that this one does not know.
        event satisfies never;
    }
  }

  #submitted(number: number, first: number, count: number, at: number, parent: number | null): void {
    const task = this.tasks[number];
    if (task === undefined || count <= 0) return;
    if (parent === null && task.kind === "flow") this.root ??= first;
    const calls = this.#calls;
    calls.reserve(first + count);
    if (parent !== null && parent === this.root) this.targets.submitted(calls.task[parent]!, count);
    for (let call = first; call < first + count; call++) {
      if (calls.state[call] !== UNKNOWN) continue;
      calls.state[call] = QUEUED;
      calls.task[call] = number;
      calls.since[call] = at;
      task.submitted++;
      task.counts.queued++;
    }
  }

  #startedCall(call: number, worker: number, at: number): void {
    const waited = at - this.sinceOf(call);
    const task = this.#move(call, RUNNING, at);
    if (task === undefined) return;
    const calls = this.#calls;
    calls.worker[call] = worker;
    calls.waited[call]! += Math.max(0, waited);
    task.waitMs += Math.max(0, waited);
    task.starts++;
    task.firstStart ??= at;
    task.pace.begin(at);
    if (task.kind === "flow") this.flows.add(call);
    else this.running.add(call);
  }

  #ended(call: number, state: number, ms: number, at: number, worker: number | null): TaskView | undefined {
    const task = this.#move(call, state, at);
    if (task === undefined) return undefined;
    this.#ran(task, ms, at, worker);
    task.pace.mark(at, task.finished);
    if (task.kind === "task" && ms > 0 && this.slowest.admits(ms)) {
      this.slowest.add({ name: this.nameOf(call), ms, waited: this.#calls.waited[call]! });
    }
    if (this.#names.size > 0) this.#names.delete(call);
    this.#captures.forget(call);
    return task;
  }

  #cached(call: number, at: number): void {
    const task = this.#ended(call, COMPLETED, 0, at, null);
    if (task !== undefined) task.cached++;
    if (call === this.root) this.#rootCached = true;
  }

  #settled(event: TargetsSettled): void {
    this.targets.settled(event);
    for (const call of event.calls) {
      const task = this.#ended(call, COMPLETED, 0, event.at, null);
      if (task !== undefined) task.settled[event.state]++;
    }
  }

  #ran(task: TaskView, ms: number, at: number, number: number | null): void {
    if (number === null) return;
    task.runMs += ms;
    task.attempts++;
    if (task.kind === "flow") return;
    const worker = this.workers.of(number, at - ms);
    worker.busyMs += ms;
    worker.calls++;
  }

  #failed(event: CallFailed): void {
    const { call, state, error, attempt, worker, ms, at } = event;
    const task = this.taskOf(call);
    if (task === undefined || this.#over(call)) return;
    if (state === "cancelled" || state === "upstreamFailed") {
      this.#ended(call, state === "cancelled" ? CANCELLED : UPSTREAM_FAILED, ms, at, worker);
      return;
    }
    // A flow mostly fails with the error of a call in it, which has been told by then.
    if (task.kind === "task" || !(this.failures.knows(error) || error.code === "UNOBSERVED")) {
      const name = this.nameOf(call);
      const on = worker === null ? undefined : this.workers.get(worker)?.name;
      const again = this.targets.isTarget(call) ? againCommand : undefined;
      const capture = this.#captures.of(call);
      this.failures.add({ call, name, task: task.name, state, error, attempt, worker: on, ms, capture, again });
    }
    this.#ended(call, FAILED, ms, at, worker);
  }

  #retrying({ call, at, worker, ms, attempt, error }: CallRetrying): void {
    const task = this.#move(call, RETRYING, at);
    if (task === undefined) return;
    task.retries++;
    this.#ran(task, ms, at, worker);
    this.#capture(call, "attempt", `attempt ${attempt} failed: ${error.name}: ${error.message}\n`);
  }

  #progressed(event: CallProgress): void {
    const task = this.taskOf(event.call);
    if (task === undefined || this.#calls.state[event.call] !== RUNNING) return;
    task.progress += event.fraction - (this.progress.get(event.call)?.fraction ?? 0);
    this.progress.set(event.call, event);
  }

  #capture(call: number, kind: CaptureKind, text: string): void {
    // What arrives after the end of a failed call still belongs to its story.
    const capture = this.#over(call) ? this.failures.captureOf(call) : this.#captures.of(call);
    capture?.add(kind, text);
  }

  /** Takes a call from its state to another; undefined if it is unknown or over, as then nothing can follow. */
  #move(call: number, to: number, at: number): TaskView | undefined {
    const calls = this.#calls;
    const from = calls.state[call] ?? UNKNOWN;
    if (from === UNKNOWN || from >= COMPLETED) return undefined;
    const task = this.tasks[calls.task[call]!]!;
    task.counts[callStates[from]!]--;
    task.counts[callStates[to]!]++;
    calls.state[call] = to;
    calls.since[call] = at;
    if (from === RUNNING) {
      this.running.delete(call);
      if (task.kind === "flow") this.flows.delete(call);
      if (this.progress.size > 0) {
        task.progress -= this.progress.get(call)?.fraction ?? 0;
        this.progress.delete(call);
      }
    }
    return task;
  }

  readonly #over = (call: number) => (this.#calls.state[call] ?? UNKNOWN) >= COMPLETED;
}
