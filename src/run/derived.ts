import { FileMark } from "../codec/file.ts";
import { substitute } from "../codec/substitute.ts";
import { shown } from "../config/shown.ts";
import { BadPartError } from "../errors.ts";
import { FAILED } from "../graph/states.ts";
import type { Future, Outcome } from "../task/types.ts";
import { Failure } from "./failure.ts";
import { FutureBase } from "./future.ts";
import type { FutureOf } from "./inputs.ts";
import { loadAll } from "./stored.ts";

/** A future that no runner executes: its value is made of other futures' values, here. */
export class DerivedFuture extends FutureBase {
  readonly id: string;
  readonly task: string;
  readonly depth: number;
  readonly sources: readonly FutureBase[];
  private unsettled: number;
  private readonly compute: () => unknown;

  constructor(id: string, task: string, sources: readonly FutureBase[], compute: () => unknown, tolerant = false) {
    super();
    this.id = id;
    this.task = task;
    this.sources = sources;
    this.compute = compute;
    this.unsettled = sources.length;
    this.depth = sources.reduce((deepest, source) => Math.max(deepest, source.depth), 0);
    if (sources.length === 0) this.finish();
    for (const source of sources) source.listen(() => this.sourceEnded(source, tolerant));
  }

  override get waitsFor(): readonly string[] {
    return this.sources.filter(each => !each.isSettled).map(each => each.id);
  }

  /** Cancels what it is made of. */
  cancel(reason?: string): boolean {
    let any = false;
    for (const source of this.sources) any = source.cancel(reason) || any;
    return any;
  }

  get(key: unknown): Future<never> {
    return partOf(this, key);
  }

  override observe(): void {
    super.observe();
    for (const source of this.sources ?? []) source.failure?.observe();
  }

  private sourceEnded(source: FutureBase, tolerant: boolean): void {
    this.unsettled--;
    if (source.hasFailed && !tolerant) {
      const failure = this.failure ?? new Failure(this.id, source.error!);
      failure.because(source.failure!);
      this.fail(FAILED, source.error!, failure);
    } else if (this.unsettled === 0) {
      const loading = loadAll(this.sources.flatMap(each => each.unloaded));
      if (loading === null) this.finish();
      else
        loading.then(
          () => this.finish(),
          error => this.fail(FAILED, error as Error, new Failure(this.id, error as Error)),
        );
    }
  }

  private finish(): void {
    try {
      this.complete(this.compute());
    } catch (error) {
      this.fail(FAILED, error as Error, new Failure(this.id, error as Error));
    }
  }
}

/** A future of one part of another's value; parts chain. */
export function partOf(source: FutureBase, key: unknown): Future<never> {
  const id = `${source.id}.get(${shown(key)})`;
  const compute = () => {
    const whole = source.marked;
    const found = whole instanceof Map ? whole.has(key) : hasPart(whole, key as PropertyKey);
    if (!found) {
      throw new BadPartError({ task: source.id, key: shown(key), found: shown(whole) });
    }
    return whole instanceof Map ? whole.get(key) : Reflect.get(whole as object, key as PropertyKey);
  };
  return new DerivedFuture(id, source.task, [source], compute) as unknown as Future<never>;
}

/** One future of a structure of futures. */
export function wholeOf(structure: unknown, futures: readonly FutureBase[], futureOf: FutureOf): DerivedFuture {
  const filled = (x: object) => {
    const future = futureOf(x);
    return future === undefined ? undefined : { value: future.marked };
  };
  return new DerivedFuture("all(…)", "all", futures, () => substitute(structure, filled));
}

/** The outcomes of a structure of futures, failed or not; of one future, its outcome. */
export function outcomesOf(structure: unknown, futures: readonly FutureBase[], futureOf: FutureOf): DerivedFuture {
  for (const future of futures) future.observe();
  const filled = (x: object) => {
    const future = futureOf(x);
    return future === undefined ? undefined : { value: asOutcome(future) };
  };
  return new DerivedFuture("allowFailure(…)", "allowFailure", futures, () => substitute(structure, filled), true);
}

function asOutcome(future: FutureBase): Outcome<unknown> {
  return future.error === undefined ? { ok: true, value: future.marked } : { ok: false, error: future.error };
}

/** What plain objects and arrays inherit is no part of them; of other objects it may be, such as a getter. */
function hasPart(whole: unknown, key: PropertyKey): boolean {
  if (typeof whole !== "object" || whole === null || whole instanceof FileMark) return false;
  const prototype: unknown = Object.getPrototypeOf(whole);
  const plain = Array.isArray(whole) || prototype === Object.prototype || prototype === null;
  return plain ? Object.hasOwn(whole, key) : key in whole;
}
