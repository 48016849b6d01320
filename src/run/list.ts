import { BadPartError, ListLengthError } from "../errors.ts";
import { CANCELLED, COMPLETED, FAILED, nameOfState, PENDING, UPSTREAM_FAILED } from "../graph/states.ts";
import type { CallState, Future, Outcome } from "../task/types.ts";
import { partOf } from "./derived.ts";
import { Failure } from "./failure.ts";
import { FutureBase } from "./future.ts";
import { KeptList } from "./kept.ts";
import type { MapJob } from "./mapping.ts";
import type { Ended, Results } from "./results.ts";
import { waitsFor } from "./waits-for.ts";

/** The handle of a map. What it settles as it reads from the results, so that the map can go on without it. */
export class ListFuture extends FutureBase {
  readonly job: MapJob;
  private readonly results: Results;
  private readonly handles = new Map<number, ElementFuture>();
  private failuresSeen = 0;
  private brokenSeen = false;

  constructor(job: MapJob, results: Results) {
    super();
    this.job = job;
    this.results = results;
  }

  get id(): string {
    return this.job.id;
  }

  get task(): string {
    return this.job.spec.definition.name;
  }

  get depth(): number {
    return this.job.depth;
  }

  get length(): number | undefined {
    return this.job.length;
  }

  /** The display names of its calls, as far as they have been made. */
  callIds(): string[] {
    const ids: string[] = [];
    for (let index = 0; index < this.job.pulled; index++) {
      const number = this.results.numberOf(index) ?? this.job.numberOf(index);
      if (number !== undefined) ids.push(`${this.task}-${number}`);
    }
    return ids.length === 0 && !this.job.exhausted ? [this.id] : ids;
  }

  at(index: number): ElementFuture | undefined {
    const { length } = this;
    const place = index < 0 && length !== undefined ? length + index : index;
    if (!Number.isInteger(place) || place < 0 || (length !== undefined && place >= length)) return undefined;
    return this.element(place);
  }

  element(index: number): ElementFuture {
    const known = this.handles.get(index);
    if (known !== undefined) return known;
    const made = new ElementFuture(this.job, index);
    made.number = this.results.numberOf(index);
    if (this.observed) made.observe();
    const state = this.results.stateOf(index);
    if (state === COMPLETED) made.complete(this.results.values[index]);
    else if (state !== PENDING) made.failAs(this.results.failureOf(index)!);
    else if (this.job.exhausted && index >= this.job.pulled) made.failAsAbsent();
    this.handles.set(index, made);
    if (!made.isSettled) this.job.expect(made);
    return made;
  }

  *[Symbol.iterator](): IterableIterator<ElementFuture> {
    for (let index = 0; ; index++) {
      const { length } = this;
      if (length === undefined && index >= this.job.pulled && !this.job.pullOneMore()) {
        if (this.job.length === undefined) throw new ListLengthError({ task: this.task });
      }
      if (this.length !== undefined && index >= this.length) return;
      yield this.element(index);
    }
  }

  override get isSettled(): boolean {
    this.catchUp();
    return super.isSettled;
  }

  override get state(): CallState {
    this.catchUp();
    return super.state;
  }

  override get error(): Error | undefined {
    this.catchUp();
    return super.error;
  }

  override async settled(): Promise<Outcome<unknown>[]> {
    this.observe();
    await new Promise<void>(resolve => this.job.whenAllEnded(this, resolve));
    await new KeptList(this.results.values).load();
    return this.outcomes();
  }

  /** Those of its calls that have been made and have not ended, by their ids. */
  override get waitsFor(): readonly string[] {
    return this.job.underWay().map(number => `${this.task}-${number}`);
  }

  cancel(reason = "cancel() was called"): boolean {
    return this.job.cancel(reason);
  }

  get(key: unknown): Future<never> {
    return partOf(this, key);
  }

  override observe(): void {
    super.observe();
    if (!this.job.allEnded) this.job.hold(this);
    this.catchUp();
    for (const handle of this.handles.values()) handle.observe();
  }

  override listen(listener: () => void): void {
    if (!this.isSettled) this.job.hold(this);
    super.listen(listener);
  }

  /** Settles, if the calls have ended or one of them failed. Failures after the first count as seen with the list. */
  catchUp(): void {
    const { failures, values } = this.results;
    while (this.failuresSeen < failures.length) this.failBecause(failures[this.failuresSeen++]!);
    const { broken } = this.job;
    if (broken !== null && !this.brokenSeen) {
      this.brokenSeen = true;
      this.failBecause(broken);
    }
    if (this.settledAs === PENDING && this.job.allEnded) this.complete(new KeptList(values));
  }

  private failBecause({ state, error, failure: cause }: Ended): void {
    const failure = this.failure ?? new Failure(this.id, error);
    failure.because(cause);
    if (this.observed) failure.observe();
    this.fail(state === CANCELLED || state === UPSTREAM_FAILED ? state : FAILED, error, failure);
  }

  private outcomes(): Outcome<unknown>[] {
    return Array.from({ length: this.length ?? this.job.pulled }, (_, index) => {
      const { error } = this.results.failureOf(index) ?? {};
      if (error !== undefined) return { ok: false, error };
      const element = this.element(index);
      return element.error === undefined ? { ok: true, value: element.value } : { ok: false, error: element.error };
    });
  }
}

/** The handle of one call of a map; made when asked for. */
export class ElementFuture extends FutureBase {
  readonly job: MapJob;
  readonly index: number;
  /** The call's number, once it has ended. */
  number: number | null = null;

  constructor(job: MapJob, index: number) {
    super();
    this.job = job;
    this.index = index;
  }

  get id(): string {
    const number = this.number ?? this.job.numberOf(this.index);
    return number === undefined ? `${this.job.id}[${this.index}]` : `${this.task}-${number}`;
  }

  get task(): string {
    return this.job.spec.definition.name;
  }

  get depth(): number {
    return this.job.depth;
  }

  override get state(): CallState {
    if (this.settledAs !== PENDING) return nameOfState(this.settledAs);
    return this.job.stateOfElement(this.index);
  }

  override get waitsFor(): readonly string[] {
    const element = this.job.activeAt(this.index);
    return element === undefined ? [] : waitsFor(this.job.run, element);
  }

  cancel(reason = "cancel() was called"): boolean {
    return this.job.cancelElement(this.index, reason);
  }

  get(key: unknown): Future<never> {
    return partOf(this, key);
  }

  failAs({ state, error, failure }: Ended): void {
    this.fail(state, error, failure);
  }

  /** There is no such element, or none was pulled before the map broke off. */
  failAsAbsent(): void {
    const { index, job } = this;
    if (job.broken !== null) {
      this.failAs(job.broken);
      return;
    }
    const error = new BadPartError({ task: job.id, key: index, found: `a list of ${job.pulled}` });
    this.fail(FAILED, error, new Failure(this.id, error));
  }
}
