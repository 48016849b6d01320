import { shown } from "../config/shown.ts";
import { NothingToMapError } from "../errors.ts";
import { CANCELLED, FAILED, UPSTREAM_FAILED } from "../graph/states.ts";
import type { CallState } from "../task/types.ts";
import { asError } from "./adopted.ts";
import { cancelledError } from "./call.ts";
import { Element } from "./element.ts";
import { Failure, upstreamError } from "./failure.ts";
import { FutureBase } from "./future.ts";
import { ElementFuture, ListFuture } from "./list.ts";
import { type Ended, Results } from "./results.ts";
import { Rows } from "./rows.ts";
import type { Run } from "./run.ts";
import { END, NotIterable, SourceFailed, WAIT } from "./sources.ts";
import type { Spec } from "./spec.ts";
import { UnderWay } from "./under-way.ts";

const lists = new FinalizationRegistry<MapJob>(job => job.listIsGone());

/**
 * A map under way: takes elements from its sources as calls end, never more than `inFlight` ahead, and makes a call of
 * each. Results go to the list if anybody holds it.
 */
export class MapJob {
  readonly run: Run;
  readonly spec: Spec;
  readonly depth: number = 1;
  private readonly rows: Rows;
  private readonly inFlight: number;
  /** What its elements come from, where the run is only planned. */
  readonly waitsFor: readonly FutureBase[] = [];
  private readonly active = new UnderWay<Element>();
  /** Null when nobody can ask for them any more: then streams of any length need no room. */
  private results: Results | null = new Results();
  /** The list, while somebody waits for it or looks at what fails. */
  private held: ListFuture | null = null;
  /** Handles of calls that have not ended. They may be awaited when nobody holds the list any more. */
  private readonly handles = new Map<number, ElementFuture>();
  private watchers: (() => void)[] = [];
  private endWatchers: (() => void)[] = [];
  /** Results that a stream has not taken yet; they count as under way. */
  private untaken = 0;
  private subscriber: ((future: ElementFuture) => void) | null = null;
  pulled = 0;
  exhausted = false;
  /** The run knows that a call has ended, and that there is room for another. */
  private isHungry = false;
  broken: Ended | null = null;
  private pumping = false;

  constructor(run: Run, spec: Spec, each: readonly unknown[], inFlight: number) {
    this.run = run;
    this.spec = spec;
    this.inFlight = inFlight;
    if (run.settings.planner !== undefined) this.waitsFor = each.filter(one => one instanceof FutureBase);
    this.rows = new Rows(spec.definition.name, each, run.futureOf, () => run.hungry(this));
    this.depth = 1 + Math.max(0, ...each.map(one => (one instanceof ListFuture ? one.depth : 0)));
  }

  /** Makes the handle. It is not kept here, so that nobody but its users keeps the results alive. */
  makeList(): ListFuture {
    const list = new ListFuture(this, this.results!);
    lists.register(list, this);
    return list;
  }

  listIsGone(): void {
    this.results = null;
  }

  get id(): string {
    return `${this.spec.definition.name}.map`;
  }

  get length(): number | undefined {
    if (this.exhausted && this.broken === null) return this.pulled;
    return this.rows.length ?? (this.exhausted ? this.pulled : undefined);
  }

  get allEnded(): boolean {
    return this.exhausted && this.active.size === 0;
  }

  hold(list: ListFuture): void {
    this.held = list;
  }

  expect(handle: ElementFuture): void {
    this.handles.set(handle.index, handle);
  }

  watchPulls(watcher: () => void): void {
    this.watchers.push(watcher);
  }

  whenAllEnded(list: ListFuture, callback: () => void): void {
    if (this.allEnded) {
      callback();
      return;
    }
    this.held = list;
    this.endWatchers.push(callback);
  }

  /** Streams results as they come; those not yet taken hold the map back. */
  subscribe(subscriber: (future: ElementFuture) => void, ended: () => void): void {
    this.subscriber = subscriber;
    this.endWatchers.push(ended);
  }

  unsubscribe(): void {
    this.subscriber = null;
    this.untaken = 0;
    if (!this.exhausted) this.run.hungry(this);
  }

  brokenSeen(): Error {
    this.broken!.failure.observe();
    return this.broken!.error;
  }

  unfinished(): string {
    const ended = this.pulled - this.active.size;
    return this.length === undefined
      ? `${this.active.size} of at least ${this.pulled}`
      : `${this.length - ended} of ${this.length}`;
  }

  taken(): void {
    if (this.untaken > 0) this.untaken--;
    // Not one by one, as each time costs a turn of the run.
    const room = this.inFlight - this.active.size - this.untaken;
    if (!this.exhausted && room >= Math.max(1, this.inFlight >> 3)) this.run.hungry(this);
  }

  elementAt(index: number, list: ListFuture): ElementFuture {
    return list.element(index);
  }

  nodeOf(index: number): number {
    return this.active.get(index)?.node ?? -1;
  }

  numberOf(index: number): number | undefined {
    return this.active.get(index)?.number;
  }

  activeAt(index: number): Element | undefined {
    return this.active.get(index);
  }

  /** The numbers of its calls that have not ended. */
  underWay(): number[] {
    return this.active.all().map(({ number }) => number);
  }

  stateOfElement(index: number): CallState {
    const element = this.active.get(index);
    return element === undefined ? "pending" : this.run.scheduler.stateOf(element.node);
  }

  cancelElement(index: number, reason: string): boolean {
    const element = this.active.get(index);
    return element !== undefined && this.run.cancel(element, reason);
  }

  /** Ends the map: nothing more is pulled, calls under way are cancelled. */
  cancel(reason: string): boolean {
    if (this.allEnded) return false;
    this.stop(reason);
    for (const element of this.active.all()) this.run.cancel(element, reason);
    return true;
  }

  /** Pulls nothing more; calls under way go on. */
  stop(reason: string): void {
    if (this.exhausted) return;
    const error = cancelledError(this.id, reason);
    this.breakOff({ state: CANCELLED, error, failure: new Failure(this.id, error) });
  }

  /** Makes calls of the elements that there is room for. */
  pump(): void {
    this.isHungry = false;
    if (this.pumping) return;
    this.pumping = true;
    const before = this.pulled;
    try {
      while (!this.exhausted && this.active.size + this.untaken < this.inFlight && this.pullOneMore());
    } finally {
      this.pumping = false;
    }
    if (this.pulled !== before || this.exhausted) for (const watcher of this.watchers) watcher();
  }

  /** Pulls one element, whether there is room or not; false if none can be had now. */
  pullOneMore(): boolean {
    if (this.exhausted) return false;
    let row: unknown[] | typeof WAIT | typeof END;
    try {
      row = this.rows.next();
    } catch (thrown) {
      this.sourceBroke(thrown);
      return false;
    }
    if (row === WAIT) return false;
    if (row === END) {
      this.exhausted = true;
      this.run.mapExhausted(this);
      this.endIfDone();
      return false;
    }
    const element = new Element(this, this.pulled++, this.run.nextNumber());
    this.active.set(element.index, element);
    this.run.intake.begin(element, row, null);
    return true;
  }

  elementCompleted(element: Element, raw: unknown): void {
    const handle = this.take(element);
    this.results?.completed(element.index, element.number, raw);
    handle?.complete(raw);
    this.elementEnded(handle);
  }

  elementFailed(element: Element, ended: Ended): void {
    const handle = this.take(element);
    this.results?.failed(element.index, element.number, ended);
    handle?.failAs(ended);
    this.held?.catchUp();
    this.elementEnded(handle);
  }

  /** The handle of a call that ends, if anybody has one or wants one. */
  private take({ index, number }: Element): ElementFuture | undefined {
    this.active.delete(index);
    let handle = this.handles.get(index);
    if (handle !== undefined) this.handles.delete(index);
    else if (this.subscriber !== null) handle = new ElementFuture(this, index);
    if (handle !== undefined) handle.number = number;
    return handle;
  }

  private elementEnded(handle: ElementFuture | undefined): void {
    if (this.subscriber !== null && handle !== undefined) {
      this.untaken++;
      handle.observe();
      this.subscriber(handle);
    }
    if (!this.exhausted && !this.isHungry) {
      this.isHungry = true;
      this.run.hungry(this);
    }
    this.endIfDone();
  }

  private endIfDone(): void {
    if (!this.allEnded) return;
    this.held?.catchUp();
    this.held = null;
    for (const handle of this.handles.values()) handle.failAsAbsent();
    this.handles.clear();
    for (const watcher of this.endWatchers) watcher();
    this.endWatchers = [];
    for (const watcher of this.watchers) watcher();
  }

  private sourceBroke(thrown: unknown): void {
    const { name } = this.spec.definition;
    if (thrown instanceof SourceFailed) {
      const { future } = thrown;
      const error = upstreamError(this.id, future.failure!);
      const failure = new Failure(this.id, error);
      failure.because(future.failure!);
      this.breakOff({ state: UPSTREAM_FAILED, error, failure });
      return;
    }
    let error = asError(thrown, `The iterator given to ${name}.map`);
    if (thrown instanceof NotIterable) {
      error = new NothingToMapError({ task: name, inputs: `${thrown.future.id} gave ${shown(thrown.future.value)}` });
    }
    const failure = new Failure(this.id, error);
    this.spec.scope.failed(failure);
    this.breakOff({ state: FAILED, error, failure });
  }

  private breakOff(broken: Ended): void {
    this.broken = broken;
    this.exhausted = true;
    this.held?.catchUp();
    this.rows.stop();
    this.run.mapExhausted(this);
    this.endIfDone();
  }
}
