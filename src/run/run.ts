import type { LimitsConfig } from "../config/limits.ts";
import { EventBus } from "../events/bus.ts";
import type { EventReader } from "../events/event.ts";
import { CANCELLED, UPSTREAM_FAILED } from "../graph/states.ts";
import { inline } from "../runners/inline.ts";
import type { AnyOptions } from "../task/definition.ts";
import { underTestRunner } from "../task/task.ts";
import { Admissions } from "./admission.ts";
import { Attempts } from "./attempts.ts";
import { Gate } from "./cached/gate.ts";
import type { Journal } from "./cached/journal.ts";
import { openKept } from "./cached/open.ts";
import { type Call, cancelledError, idOf } from "./call.ts";
import { now } from "./clock.ts";
import { Columns } from "./columns.ts";
import { CallDirectories } from "./directories.ts";
import { keptOf, readsFirst, unreadIn } from "./elsewhere.ts";
import type { Orders, ShareOrder } from "./facts.ts";
import { Failure, upstreamError } from "./failure.ts";
import { flowRunner } from "./flows.ts";
import { callHook } from "./hooks.ts";
import { adopter } from "./inputs.ts";
import { Intake } from "./intake.ts";
import { liveValue } from "./kept.ts";
import { RunLimits } from "./limits/run-limits.ts";
import { LiveResults } from "./live/live-results.ts";
import type { MapJob } from "./mapping.ts";
import { Callers } from "./nested/callers.ts";
import { Owners } from "./owners.ts";
import { Pools } from "./pools.ts";
import { Scheduler } from "./scheduler.ts";
import type { FlowScope } from "./scope.ts";
import type { RunSettings } from "./settings.ts";
import { isJournalled } from "./spec.ts";
import { Specs } from "./specs.ts";

/**
 * One execution of a flow. Owns the graph and the scheduler, tells the scheduler what happens, and carries out what it
 * decides: everything with a clock, a promise or a runner in it is here, everything that decides is there.
 */
export class Run implements Orders {
  readonly id: string;
  readonly root: string;
  readonly settings: RunSettings;
  readonly columns: Columns;
  readonly directories: CallDirectories;
  readonly scheduler: Scheduler;
  readonly pools: Pools;
  readonly limits: RunLimits;
  readonly attempts: Attempts;
  readonly callers = new Callers(this);
  readonly futureOf = adopter();
  readonly bus = new EventBus();
  /** Stands before the runners where results are kept or a run is planned. */
  gate: Gate | null = null;
  readonly admissions: Admissions | null;
  readonly live: LiveResults | null;
  /** Keeps what was done, in case the run does not end well. */
  journal: Journal | null = null;
  private readonly owners: Owners;
  readonly specs: Specs;
  readonly intake: Intake;
  readonly scopes = new Set<FlowScope>();
  readonly jobs = new Set<MapJob>();
  private readonly hungryJobs = new Set<MapJob>();
  private numbers = 0;
  private flushing = false;
  private flushAgain = false;
  private flushPlanned = false;

  /** `limits`: those of the flow that is run. */
  constructor(id: string, root: string, settings: RunSettings, limits?: LimitsConfig) {
    this.id = id;
    this.root = root;
    this.settings = settings;
    for (const reader of settings.readers ?? []) this.bus.read(reader as EventReader);
    this.columns = new Columns(this.bus);
    this.directories = new CallDirectories(this);
    this.live = settings.maxLiveBytes === undefined ? null : new LiveResults(this, settings.maxLiveBytes);
    this.scheduler = new Scheduler(this);
    this.limits = new RunLimits(this, limits);
    this.owners = new Owners(this);
    this.specs = new Specs(this);
    this.intake = new Intake(this, this.owners);
    this.attempts = new Attempts(this);
    this.pools = new Pools(this, root);
    this.pools.add(flowRunner(this));
    this.pools.add(settings.nested?.here ?? inline({ warnBlocking: true }));
    this.admissions = settings.admission === undefined ? null : new Admissions(this, settings.admission);
    if (this.admissions !== null) this.pools.addAdmission();
    if (settings.planner !== undefined) this.openGate();
  }

  /** The gate, with its store; made when the first task needs it. */
  openGate(): Gate {
    if (this.gate === null) {
      this.pools.addGate();
      this.gate = new Gate(this, openKept(this, this.root));
    }
    return this.gate;
  }

  nextNumber(): number {
    return ++this.numbers;
  }

  strictOf(options: AnyOptions, parent: FlowScope | null): boolean {
    return this.settings.strict ?? options.strict ?? parent?.strict ?? underTestRunner();
  }

  nameOf(node: number): string {
    return idOf(this.owners.callOf(node));
  }

  /** A map has elements to pull, or room for more calls. */
  hungry(job: MapJob): void {
    if (job.exhausted) return;
    this.jobs.add(job);
    this.hungryJobs.add(job);
    this.plan();
  }

  mapExhausted(job: MapJob): void {
    this.jobs.delete(job);
    this.hungryJobs.delete(job);
    job.spec.scope.callEnded();
  }

  opened(scope: FlowScope): void {
    this.scopes.add(scope);
  }

  closed(scope: FlowScope): void {
    this.scopes.delete(scope);
  }

  cancel(call: Call, reason: string): boolean {
    const { node } = call;
    if (!this.owners.isOpen(call)) return false;
    this.attempts.leaves(call, reason);
    this.fail(call, CANCELLED, cancelledError(idOf(call), reason), null);
    this.scheduler.cancelled(node);
    this.plan();
    return true;
  }

  /** Ends a flow's calls: those that have not started, and with `running` also those that have. */
  stopScope(scope: FlowScope, reason: string, running = false): void {
    for (const each of this.scopes) if (each.isWithin(scope)) each.stop(reason);
    for (const job of [...this.jobs]) if (job.spec.scope.isWithin(scope)) job.stop(reason);
    for (const call of this.owners.callsWithin(scope)) {
      if (running || this.scheduler.isWaiting(call.node)) this.cancel(call, reason);
    }
  }

  /** A call ended well without being executed. */
  completeCached(call: Call, raw: unknown): void {
    this.columns.callCached(call.number);
    this.completeUnexecuted(call, raw);
  }

  completeUnexecuted(call: Call, raw?: unknown): void {
    call.inputs = null;
    call.complete(raw);
    call.spec.scope.callEnded();
  }

  raise(call: Call, priority: number): void {
    if (call.node >= 0) this.scheduler.raised(call.node, priority);
  }

  complete(call: Call, raw: unknown, worker: number, ms: number): void {
    this.columns.callCompleted(worker, call.number, ms);
    if (this.journal !== null && isJournalled(call.spec)) this.journal.completed(call, raw, ms);
    call.inputs = null;
    call.complete(keptOf(this, call, raw));
    if (call.spec.watched) this.hook(call, "onSuccess", "completed", [liveValue(raw)]);
    call.spec.scope.callEnded();
  }

  /** Ends a call that did not complete; does not tell the scheduler. */
  fail(call: Call, state: number, error: Error, cause: Failure | null, worker: number | null = null, ms = 0): void {
    const failure = new Failure(idOf(call), error);
    if (cause !== null) failure.because(cause);
    else if (state !== CANCELLED) call.spec.scope.failed(failure);
    const { inputs } = call;
    call.inputs = null;
    this.journal?.failed(call);
    const { execution, stopping } = call.spec.scope;
    // Of a flow that was cancelled another call may conduct it anew.
    if (execution !== null && stopping === null) execution.spoilt = true;
    call.fail(state, error, failure);
    if (call.spec.cache !== null && inputs !== null) this.gate!.ended(call, state, error);
    this.attempts.emitFailed(call, state, error, worker, ms);
    if (call.spec.watched) {
      if (state === CANCELLED) this.hook(call, "onCancel", "cancelled", []);
      else this.hook(call, "onFailure", this.attempts.stateName(state), [error]);
    }
    call.spec.scope.callEnded();
  }

  hook(
    call: Call,
    hook: Parameters<typeof callHook>[1],
    state: Parameters<typeof callHook>[2],
    about: unknown[],
  ): void {
    callHook(call, hook, state, about, text => this.warn(text));
  }

  warn(message: string, call: number | null = null): void {
    this.columns.emit({ type: "warning", at: now(), call, name: "heddle", message });
  }

  /** Lets the scheduler decide, after the code that runs now. */
  plan(): void {
    if (this.flushPlanned || this.flushing) {
      this.flushAgain = true;
      return;
    }
    this.flushPlanned = true;
    queueMicrotask(() => this.flush());
  }

  flush(): void {
    this.flushPlanned = false;
    if (this.flushing) {
      this.flushAgain = true;
      return;
    }
    this.flushing = true;
    do {
      this.flushAgain = false;
      for (const job of this.hungryJobs) {
        this.hungryJobs.delete(job);
        job.pump();
      }
      if (this.limits.timed) this.scheduler.clock(now());
      this.scheduler.decide();
      this.limits.shared?.send();
      this.gate?.send();
      this.admissions?.send();
      this.pools.send();
    } while (this.flushAgain);
    this.flushing = false;
    this.attempts.alarm.set();
    this.limits.changed();
    this.columns.deliver();
  }

  dispatch(node: number, pool: number): void {
    const call = this.owners.starting(node);
    if (pool === this.pools.admission) {
      this.admissions!.take(call);
      return;
    }
    if (this.gate !== null) {
      if (pool === this.pools.gate) {
        this.gate.take(call);
        return;
      }
      if (unreadIn(this, call, pool).length > 0) {
        this.scheduler.moved(node, this.pools.gate);
        this.plan();
        return;
      }
    } else if (readsFirst(this, call, pool)) return;
    this.pools.queue(pool, this.attempts.take(call, pool));
  }

  resume(node: number): void {
    this.callers.resume(this.owners.callOf(node));
  }

  stuck(node: number): void {
    this.callers.stuck(this.owners.callOf(node));
  }

  share(order: ShareOrder): void {
    this.limits.shared!.take(order);
  }

  stop(node: number): void {
    const call = this.owners.callOf(node);
    if (this.gate?.holds(call) === true) this.gate.stop(call);
    else if (this.admissions?.holds(call) === true) this.admissions.stop(call);
    else this.attempts.stop(call);
  }

  upstreamFailed(node: number, cause: number, first: boolean): void {
    const call = this.owners.callOf(node);
    const failure = this.owners.failureOf(cause);
    if (first) this.fail(call, UPSTREAM_FAILED, upstreamError(idOf(call), failure), failure);
    else call.failure?.because(failure);
  }

  removed(node: number): void {
    this.owners.remove(node);
  }
}
