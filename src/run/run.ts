import { UpstreamError } from "../errors.ts";
import { EventBus } from "../events/bus.ts";
import type { EventReader } from "../events/event.ts";
import { CANCELLED, FAILED, UPSTREAM_FAILED } from "../graph/states.ts";
import { inline } from "../runners/inline.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import { underTestRunner } from "../task/task.ts";
import { Attempts } from "./attempts.ts";
import { type Call, cancelledError, idOf } from "./call.ts";
import { now } from "./clock.ts";
import { Columns } from "./columns.ts";
import type { Orders } from "./facts.ts";
import { Failure } from "./failure.ts";
import { flowRunner } from "./flows.ts";
import type { FutureBase } from "./future.ts";
import { callHook } from "./hooks.ts";
import { adopter, captureEncoded, captureShared } from "./inputs.ts";
import type { MapJob } from "./mapping.ts";
import { nameOfCall } from "./naming.ts";
import { Owners } from "./owners.ts";
import { Pools } from "./pools.ts";
import { Scheduler } from "./scheduler.ts";
import type { FlowScope } from "./scope.ts";
import type { RunSettings } from "./settings.ts";
import { isWatched, type Spec, timeoutOf } from "./spec.ts";

/**
 * One execution of a flow. Owns the graph and the scheduler, tells the scheduler what happens, and carries out what it
 * decides: everything with a clock, a promise or a runner in it is here, everything that decides is there.
 */
export class Run implements Orders {
  readonly id: string;
  readonly settings: RunSettings;
  readonly columns: Columns;
  readonly scheduler: Scheduler;
  readonly pools: Pools;
  readonly attempts: Attempts;
  readonly futureOf = adopter();
  readonly bus = new EventBus();
  private readonly owners: Owners;
  private readonly tasks = new Map<Definition, number>();
  private readonly scopes = new Set<FlowScope>();
  private readonly jobs = new Set<MapJob>();
  private readonly hungryJobs = new Set<MapJob>();
  private numbers = 0;
  /** Used again for each call, as a million of them would cost more than the graph. */
  private readonly inputNodes: number[] = [];
  private flushing = false;
  private flushAgain = false;
  private flushPlanned = false;

  constructor(id: string, root: string, settings: RunSettings) {
    this.id = id;
    this.settings = settings;
    for (const reader of settings.readers ?? []) this.bus.read(reader as EventReader);
    this.columns = new Columns(this.bus);
    this.scheduler = new Scheduler(this);
    this.owners = new Owners(this);
    this.attempts = new Attempts(this);
    this.pools = new Pools(this, root);
    this.pools.add(flowRunner(this));
    this.pools.add(inline({ warnBlocking: true }));
  }

  nextNumber(): number {
    return ++this.numbers;
  }

  makeSpec(definition: Definition, options: AnyOptions, scope: FlowScope, here: boolean): Spec {
    const defaults = this.settings.defaults ?? {};
    const all: AnyOptions = definition.kind === "task" ? { ...defaults, ...options } : options;
    const pool = definition.kind === "flow" ? this.pools.flows : this.pools.ofTask(all, scope, here);
    return {
      definition,
      options: all,
      scope,
      task: this.taskNumber(definition),
      pool,
      shared: this.pools.isShared(pool),
      priority: all.priority ?? 0,
      retries: all.retries ?? 0,
      timeout: timeoutOf(definition.name, all),
      strict: scope.strict,
      watched: isWatched(all),
    };
  }

  poolOfFlow(options: AnyOptions, parent: FlowScope | null): number {
    return this.pools.ofFlow(options, parent);
  }

  strictOf(options: AnyOptions, parent: FlowScope | null): boolean {
    return this.settings.strict ?? options.strict ?? parent?.strict ?? underTestRunner();
  }

  /** Takes a new call into the graph. */
  begin(call: Call, given: unknown[], after: readonly unknown[] | null): void {
    const { spec } = call;
    spec.scope.callBegan();
    this.columns.callSubmitted(spec.task, call.number, spec.scope.number);
    if (spec.options.callName !== undefined) this.name(call, given);
    if (spec.scope.stopping !== null) {
      this.fail(call, CANCELLED, cancelledError(idOf(call), spec.scope.stopping), null);
      return;
    }
    try {
      call.inputs = spec.shared
        ? captureShared(given, this.futureOf, spec.strict)
        : captureEncoded(given, this.futureOf, spec.definition.name);
    } catch (error) {
      this.fail(call, FAILED, error as Error, null);
      return;
    }
    const needs = after === null ? call.inputs.futures : [...call.inputs.futures, ...(after as FutureBase[])];
    this.enter(call, needs);
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
    this.attempts.reasons.set(call.number, reason);
    this.fail(call, CANCELLED, cancelledError(idOf(call), reason), null);
    this.scheduler.cancelled(node);
    this.plan();
    return true;
  }

  /** Ends a flow's calls: those that have not started, and with `running` also those that have. */
  stopScope(scope: FlowScope, reason: string, running = false): void {
    for (const each of this.scopes) if (each.isWithin(scope)) each.stopping ??= reason;
    for (const job of [...this.jobs]) if (job.spec.scope.isWithin(scope)) job.stop(reason);
    for (const call of this.owners.callsWithin(scope)) {
      if (running || this.scheduler.isWaiting(call.node)) this.cancel(call, reason);
    }
  }

  complete(call: Call, raw: unknown, worker: number, ms: number): void {
    this.columns.callCompleted(worker, call.number, ms);
    call.inputs = null;
    call.complete(raw);
    if (call.spec.watched) this.hook(call, "onSuccess", "completed", [this.attempts.liveValue(raw)]);
    call.spec.scope.callEnded();
  }

  /** Ends a call that did not complete; does not tell the scheduler. */
  fail(call: Call, state: number, error: Error, cause: Failure | null, worker: number | null = null, ms = 0): void {
    const failure = new Failure(idOf(call), error);
    if (cause !== null) failure.because(cause);
    else if (state !== CANCELLED) call.spec.scope.failed(failure);
    call.inputs = null;
    call.fail(state, error, failure);
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

  upstreamError(id: string, failure: Failure): Error {
    const { root } = failure;
    const message = root.error.message.split("\n", 1)[0] ?? "";
    return new UpstreamError({ task: id, root: root.call, message }, root.error);
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
      this.scheduler.decide();
      this.pools.send();
    } while (this.flushAgain);
    this.flushing = false;
    this.attempts.armWake();
  }

  dispatch(node: number, pool: number): void {
    this.pools.queue(pool, this.attempts.take(this.owners.callOf(node), pool));
  }

  stop(node: number): void {
    this.attempts.stop(this.owners.callOf(node));
  }

  upstreamFailed(node: number, cause: number, first: boolean): void {
    const call = this.owners.callOf(node);
    const failure = this.owners.failureOf(cause);
    if (first) this.fail(call, UPSTREAM_FAILED, this.upstreamError(idOf(call), failure), failure);
    else call.failure?.because(failure);
  }

  removed(node: number): void {
    this.owners.remove(node);
  }

  private enter(call: Call, needs: readonly FutureBase[]): void {
    const inputs = this.inputNodes;
    let count = 0;
    for (const need of needs) {
      if (need.hasFailed) {
        const failure = need.failure!;
        this.fail(call, UPSTREAM_FAILED, this.upstreamError(idOf(call), failure), failure);
        // Who looks at this call has seen its other inputs too, however they end.
        for (const other of needs) {
          if (other !== need) other.listen(() => other.failure !== null && call.failure!.because(other.failure));
        }
        return;
      }
      if (!need.isSettled) inputs[count++] = this.owners.nodeOf(need);
    }
    const node = this.scheduler.declare();
    call.node = node;
    this.owners.set(node, call);
    this.scheduler.define(node, call.spec.pool, call.spec.priority, inputs, count);
    this.plan();
  }

  private name(call: Call, given: readonly unknown[]): void {
    try {
      const name = nameOfCall(call.spec.options, given);
      if (name !== undefined) this.columns.emit({ type: "named", call: call.number, name });
    } catch (error) {
      this.warn(`callName of ${call.spec.definition.name} failed: ${String(error)}`, call.number);
    }
  }

  private taskNumber(definition: Definition): number {
    const known = this.tasks.get(definition);
    if (known !== undefined) return known;
    const task = this.tasks.size;
    this.tasks.set(definition, task);
    const { name, identity, kind } = definition;
    this.columns.emit({ type: "taskDefined", task, name, identity, kind });
    return task;
  }
}
