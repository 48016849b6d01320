import { substitute } from "../codec/substitute.ts";
import { FlowEndedError, UnobservedFailuresError } from "../errors.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import type { Finished, NestedScope } from "../task/port.ts";
import type { Future, FutureList } from "../task/types.ts";
import type { Execution } from "./cached/execution.ts";
import { CallFuture, cancelledError } from "./call.ts";
import type { Failure } from "./failure.ts";
import type { FutureBase } from "./future.ts";
import { futuresIn } from "./inputs.ts";
import { MapJob } from "./mapping.ts";
import type { Back } from "./nested/back.ts";
import { returning } from "./returning.ts";
import type { Run } from "./run.ts";
import type { Spec } from "./spec.ts";

const DEFAULT_IN_FLIGHT = 1000;
const SHOWN_FAILURES = 10;
/** From so many on, those that somebody has looked at are forgotten. */
const MANY_FAILURES = 1000;

/** A flow while its function runs, and until every call that it started has ended. */
export class FlowScope implements NestedScope {
  readonly run: Run;
  readonly name: string;
  readonly options: AnyOptions;
  /** The number of the flow's own call; null for the outermost frame of a run. */
  readonly number: number | null;
  readonly parent: FlowScope | null;
  /** Where this flow's calls run. */
  readonly pool: number;
  readonly strict: boolean;
  /** The node of the call that it is, within a task's call or as one; else -1. */
  readonly within: number;
  /** The worker that runs the call which this is the scope of. */
  back: Back | null = null;
  private failures: Failure[] = [];
  private manyFailures = MANY_FAILURES;
  /** A worker's scope never ends, and each of its jobs may have options of its own. */
  private readonly specs = [new WeakMap<AnyOptions, Spec>(), new WeakMap<AnyOptions, Spec>()] as const;
  /** The cached flow within which this happens, whose result depends on what it calls. */
  readonly execution: Execution | null;
  private open = 0;
  private whenQuiet: (() => void) | null = null;
  private hasEnded = false;
  /** The flow's function has returned. */
  returned = false;
  /** Why new calls are cancelled at once; null while the flow goes on. */
  stopping: string | null = null;
  private abort: AbortController | null = null;

  constructor(
    run: Run,
    name: string,
    options: AnyOptions,
    number: number | null,
    parent: FlowScope | null,
    execution: Execution | null = null,
    within = -1,
  ) {
    this.within = within;
    this.execution = execution ?? parent?.execution ?? null;
    this.run = run;
    this.name = name;
    this.options = options;
    this.number = number;
    this.parent = parent;
    this.pool = run.pools.ofFlow(options, parent);
    this.strict = run.strictOf(options, parent);
    if (parent !== null) this.stopping = parent.stopping;
    run.opened(this);
  }

  /** Aborted when the flow is stopped. Made when asked for: most flows never look. */
  get signal(): AbortSignal {
    this.abort ??= new AbortController();
    if (this.stopping !== null) this.abort.abort(cancelledError(this.name, this.stopping));
    return this.abort.signal;
  }

  get isBusy(): boolean {
    return this.open > 0;
  }

  stop(reason: string): void {
    if (this.stopping !== null) return;
    this.stopping = reason;
    this.abort?.abort(cancelledError(this.name, reason));
  }

  /** `made` is told of the call before it begins. */
  submit(
    definition: Definition,
    options: AnyOptions,
    inputs: unknown[],
    inline: boolean,
    made?: (call: CallFuture) => void,
  ): Future<unknown> {
    if (this.hasEnded) this.refuse(`${definition.name}${inline ? "" : ".submit"}(…)`);
    const spec = this.specOf(definition, options, inline);
    const call = new CallFuture(spec, this.run.nextNumber());
    made?.(call);
    this.run.intake.begin(call, inputs, (options.after as readonly unknown[] | undefined) ?? null);
    return call as unknown as Future<unknown>;
  }

  map(definition: Definition, options: AnyOptions, each: unknown[]): FutureList<unknown> {
    if (this.hasEnded) this.refuse(`${definition.name}.map(…)`);
    const spec = this.specOf(definition, options, false);
    const job = new MapJob(this.run, spec, each, options.inFlight ?? DEFAULT_IN_FLIGHT);
    this.callBegan();
    this.run.hungry(job);
    return job.makeList() as unknown as FutureList<unknown>;
  }

  callBegan(): void {
    this.open++;
  }

  callEnded(): void {
    this.open--;
    if (this.open === 0) this.whenQuiet?.();
  }

  failed(failure: Failure): void {
    // A flow may last for months, as that of a worker does.
    if (this.failures.length >= this.manyFailures) {
      this.failures = this.failures.filter(each => !each.observed);
      this.manyFailures = Math.max(MANY_FAILURES, 2 * this.failures.length);
    }
    this.failures.push(failure);
  }

  isWithin(scope: FlowScope): boolean {
    for (let each: FlowScope | null = this; each !== null; each = each.parent) if (each === scope) return true;
    return false;
  }

  /** Runs the flow's function to its end and to that of all its calls; gives what it returned, futures resolved. */
  async conduct(body: () => unknown): Promise<unknown> {
    let finished: Finished;
    try {
      finished = await this.plain(body);
    } catch (error) {
      finished = { error };
    }
    return this.conclude(finished);
  }

  async conclude(finished: Finished): Promise<unknown> {
    let returned: unknown;
    try {
      if ("error" in finished) throw finished.error;
      this.returned = true;
      returned = await this.resolved(finished);
    } catch (error) {
      if (this.onError === "stop") this.run.stopScope(this, `the flow "${this.name}" failed`);
      await this.end();
      throw error;
    }
    await this.end();
    const unobserved = await this.unobserved();
    if (unobserved !== undefined) throw unobserved;
    return returned;
  }

  /** This flow, or the nearest one around it that has not ended. */
  whileOpen(): FlowScope {
    let scope: FlowScope = this;
    while (scope.hasEnded && scope.parent !== null) scope = scope.parent;
    return scope;
  }

  /** A failure that no call stands for, such as a rejection that nobody handled; returns what takes it back. */
  disturbed(failure: Failure): () => void {
    this.failures.push(failure);
    return () => failure.observe();
  }

  /** Whoever would have concluded it has gone. */
  giveUp(reason: string): void {
    if (this.hasEnded) return;
    this.run.stopScope(this, reason, true);
    void this.end();
  }

  /** Awaits a plain promise; a future that was returned stays one, so that it is resolved with the rest. */
  private async plain(body: () => unknown): Promise<{ value: unknown }> {
    const returned = body();
    if (!(returned instanceof Promise)) return { value: returned };
    returning.of(returned, this);
    return { value: await returned };
  }

  private async end(): Promise<void> {
    await this.quiet();
    this.hasEnded = true;
    this.run.closed(this);
  }

  /** Resolves when every call started here has ended. */
  private async quiet(): Promise<void> {
    while (this.open > 0) {
      await new Promise<void>(resolve => {
        this.whenQuiet = resolve;
      });
    }
  }

  private get onError(): "stop" | "continue" {
    return this.run.settings.onError ?? this.options.onError ?? "stop";
  }

  private refuse(call: string): never {
    throw new FlowEndedError({ call, flow: this.name });
  }

  private specOf(definition: Definition, options: AnyOptions, inline: boolean): Spec {
    const specs = this.specs[inline ? 1 : 0];
    let spec = specs.get(options);
    if (spec === undefined || spec.definition !== definition) {
      spec = this.run.specs.make(definition, options, this, inline);
      specs.set(options, spec);
    }
    return spec;
  }

  private async resolved({ value }: { readonly value: unknown }): Promise<unknown> {
    const futures = futuresIn(value, this.run.futureOf);
    if (futures.length === 0) return value;
    const byFuture = new Map<object, FutureBase>();
    for (const future of futures) {
      future.observe();
      byFuture.set(future, future);
    }
    await Promise.all(futures);
    return substitute(value, x => {
      const future = byFuture.get(x) ?? this.run.futureOf(x);
      return future === undefined ? undefined : { value: future.marked };
    });
  }

  /** The error for failures that nobody has looked at; undefined if there are none. */
  async unobserved(): Promise<Error | undefined> {
    if (this.failures.every(failure => failure.observed)) return undefined;
    // Node tells of rejections that were handled late only after the microtasks of this turn.
    await new Promise(resolve => setImmediate(resolve));
    const unseen = this.failures.filter(failure => !failure.observed);
    if (unseen.length === 0) return undefined;
    const named = unseen.slice(0, SHOWN_FAILURES).map(failure => `${failure.call} (${firstLine(failure.error)})`);
    if (unseen.length > SHOWN_FAILURES) named.push(`and ${unseen.length - SHOWN_FAILURES} more`);
    return new UnobservedFailuresError(
      unseen.map(failure => failure.error),
      { count: unseen.length === 1 ? "1 call" : `${unseen.length} calls`, flow: this.name, calls: named.join(", ") },
    );
  }
}

function firstLine(error: Error): string {
  return error.message.split("\n", 1)[0] ?? "";
}
