import { BadPartError, ListLengthError } from "../errors.ts";
import { CANCELLED, COMPLETED, FAILED, nameOfState, PENDING, UPSTREAM_FAILED } from "../graph/states.ts";
import type { CallState, Future, Outcome } from "../task/types.ts";
import { partOf } from "./derived.ts";
import { Failure } from "./failure.ts";
import { FutureBase } from "./future.ts";
import { KeptList } from "./kept.ts";
import type { Broken, MapJob } from "./mapping.ts";

/** How one call of a map ended. */
interface Ended {
  readonly state: number;
  readonly error: Error;
  readonly failure: Failure;
}

/** The handle of a map: holds the results, as long as somebody holds it. */
export class ListFuture extends FutureBase {
  readonly job: MapJob;
  private readonly results: unknown[] = [];
  private readonly states: number[] = [];
  private readonly numbers: number[] = [];
  private readonly failures = new Map<number, Ended>();
  private readonly handles = new Map<number, ElementFuture>();

  constructor(job: MapJob) {
    super();
    this.job = job;
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
    made.number = this.numbers[index] ?? null;
    if (this.observed) made.observe();
    const state = this.states[index] ?? PENDING;
    if (state === COMPLETED) made.complete(this.results[index]);
    else if (state !== PENDING) {
      const ended = this.failures.get(index)!;
      made.fail(ended.state, ended.error, ended.failure);
    } else if (this.isSettled && this.job.exhausted && index >= this.job.pulled) {
      made.failAsAbsent(this.job.broken);
    }
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

  override async settled(): Promise<Outcome<unknown>[]> {
    this.observe();
    await new Promise<void>(resolve => this.job.whenAllEnded(this, resolve));
    if (this.job.broken !== null) return [...this.outcomes(), { ok: false, error: this.job.broken.error }];
    return this.outcomes();
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
    for (const { failure } of this.failures.values()) failure.observe();
    for (const handle of this.handles.values()) handle.observe();
  }

  override listen(listener: () => void): void {
    if (!this.isSettled) this.job.hold(this);
    super.listen(listener);
  }

  elementCompleted(index: number, number: number, raw: unknown): void {
    this.numbers[index] = number;
    this.results[index] = raw;
    this.states[index] = COMPLETED;
    this.handles.get(index)?.complete(raw);
  }

  elementFailed(index: number, number: number, state: number, error: Error, failure: Failure): void {
    this.numbers[index] = number;
    this.states[index] = state;
    this.failures.set(index, { state, error, failure });
    if (this.observed) failure.observe();
    this.handles.get(index)?.fail(state, error, failure);
    this.failBecause(state, error, failure);
  }

  /** The list ends badly: its own failure stands for those of its elements. */
  failBecause(state: number, error: Error, cause: Failure): void {
    if (this.failure !== null) this.failure.because(cause);
    else {
      const failure = new Failure(this.id, error);
      failure.because(cause);
      this.fail(state === CANCELLED || state === UPSTREAM_FAILED ? state : FAILED, error, failure);
    }
  }

  finish(): void {
    this.complete(new KeptList(this.results));
  }

  private outcomes(): Outcome<unknown>[] {
    return Array.from({ length: this.job.pulled }, (_, index) => {
      const failed = this.failures.get(index);
      return failed === undefined ? { ok: true, value: this.element(index).value } : { ok: false, error: failed.error };
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

  cancel(reason = "cancel() was called"): boolean {
    return this.job.cancelElement(this.index, reason);
  }

  get(key: unknown): Future<never> {
    return partOf(this, key);
  }

  /** There is no such element, or none was pulled before the map broke off. */
  failAsAbsent(broken: Broken | null): void {
    const { index, job } = this;
    if (broken !== null) {
      this.fail(broken.state, broken.error, broken.failure);
      return;
    }
    const error = new BadPartError({ task: job.id, key: index, found: `a list of ${job.pulled}` });
    this.fail(FAILED, error, new Failure(this.id, error));
  }
}
