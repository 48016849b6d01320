import { FileMark } from "../codec/file.ts";
import { UnmappedInput } from "../task/unmapped.ts";
import { isThenable } from "./adopted.ts";
import { wholeOf } from "./derived.ts";
import { FutureBase } from "./future.ts";
import { Constant, type FutureOf, futuresIn } from "./inputs.ts";
import { ListFuture } from "./list.ts";

/** Nothing yet; the source calls back when there is. */
export const WAIT = Symbol("wait");
export const END = Symbol("end");

/** Where a map takes the elements of one parameter from. */
export interface Source {
  /** The number of elements; undefined while unknown. */
  readonly length: number | undefined;
  /** Whether the same value goes to every call, so that this source has no length of its own. */
  readonly constant: boolean;
  /** The next element, `WAIT` or `END`; throws what the user's iterator throws. */
  pull(): unknown;
  /** No more elements are wanted. */
  stop(): void;
}

/** The source for one argument of a map. `wake` is called when a source that said `WAIT` has more. */
export function sourceOf(each: unknown, futureOf: FutureOf, wake: () => void): Source {
  if (each instanceof UnmappedInput) return new ConstantSource(each.value, futureOf);
  if (typeof each !== "object" || each === null || each instanceof FileMark) return new ConstantSource(each, futureOf);
  if (each instanceof ListFuture) return new ListSource(each, wake);
  if (Array.isArray(each)) return new ArraySource(each.slice());
  if (Symbol.iterator in each) return new IteratorSource((each as Iterable<unknown>)[Symbol.iterator]());
  if (Symbol.asyncIterator in each) return new AsyncSource(each as AsyncIterable<unknown>, wake);
  if (each instanceof FutureBase || isThenable(each)) return new FutureSource(futureOf(each)!, futureOf, wake);
  return new ConstantSource(each, futureOf);
}

class ConstantSource implements Source {
  readonly length = undefined;
  readonly constant = true;
  private readonly value: unknown;

  constructor(value: unknown, futureOf: FutureOf) {
    const futures = futuresIn(value, futureOf);
    if (futures.length === 0) this.value = new Constant(value);
    else this.value = futures[0] === value ? value : wholeOf(value, futures, futureOf);
  }

  pull(): unknown {
    return this.value;
  }

  stop(): void {}
}

class ArraySource implements Source {
  readonly constant = false;
  private readonly elements: readonly unknown[];
  private next = 0;

  constructor(elements: readonly unknown[]) {
    this.elements = elements;
  }

  get length(): number {
    return this.elements.length;
  }

  pull(): unknown {
    return this.next < this.elements.length ? this.elements[this.next++] : END;
  }

  stop(): void {}
}

class IteratorSource implements Source {
  readonly length = undefined;
  readonly constant = false;
  private readonly iterator: Iterator<unknown>;
  private open = true;

  constructor(iterator: Iterator<unknown>) {
    this.iterator = iterator;
  }

  pull(): unknown {
    const { done, value } = this.iterator.next();
    if (done !== true) return value;
    this.open = false;
    return END;
  }

  stop(): void {
    if (this.open) this.iterator.return?.();
    this.open = false;
  }
}

/** Asks for one element ahead, so that a slow source is asked while calls run. */
class AsyncSource implements Source {
  readonly length = undefined;
  readonly constant = false;
  private readonly iterator: AsyncIterator<unknown>;
  private readonly wake: () => void;
  private have: { readonly value: unknown } | { readonly error: unknown } | null = null;
  private asking = false;
  private open = true;

  constructor(iterable: AsyncIterable<unknown>, wake: () => void) {
    this.iterator = iterable[Symbol.asyncIterator]();
    this.wake = wake;
  }

  pull(): unknown {
    const { have } = this;
    if (have === null) {
      if (!this.asking) void this.ask();
      return WAIT;
    }
    this.have = null;
    if ("error" in have) throw have.error;
    if (have.value === END) this.open = false;
    return have.value;
  }

  stop(): void {
    if (!this.open) return;
    this.open = false;
    void Promise.resolve(this.iterator.return?.()).catch(() => {});
  }

  private async ask(): Promise<void> {
    this.asking = true;
    try {
      const { done, value } = await this.iterator.next();
      this.have = { value: done === true ? END : value };
    } catch (error) {
      this.have = { error };
    }
    this.asking = false;
    this.wake();
  }
}

/** A future of something iterable. */
class FutureSource implements Source {
  readonly constant = false;
  private inner: Source | null = null;
  private loading: { failed: { readonly error: unknown } | null } | null = null;
  private readonly future: FutureBase;
  private readonly futureOf: FutureOf;
  private readonly wake: () => void;

  constructor(future: FutureBase, futureOf: FutureOf, wake: () => void) {
    this.future = future;
    this.futureOf = futureOf;
    this.wake = wake;
    future.listen(wake);
  }

  get length(): number | undefined {
    return this.inner?.length;
  }

  pull(): unknown {
    if (!this.future.isSettled) return WAIT;
    if (this.future.hasFailed) throw new SourceFailed(this.future);
    if (this.inner === null) {
      const loading = this.future.materialise();
      if (loading !== null) return this.waitFor(loading);
      const inner = sourceOf(this.future.value, this.futureOf, this.wake);
      if (inner.constant) throw new NotIterable(this.future);
      this.inner = inner;
    }
    return this.inner.pull();
  }

  stop(): void {
    this.inner?.stop();
  }

  private waitFor(loading: Promise<unknown>): unknown {
    if (this.loading?.failed) throw this.loading.failed.error;
    if (this.loading !== null) return WAIT;
    const state: NonNullable<FutureSource["loading"]> = { failed: null };
    this.loading = state;
    loading.then(this.wake, (error: unknown) => {
      state.failed = { error };
      this.wake();
    });
    return WAIT;
  }
}

/** The elements of another map, as its calls come into being. */
class ListSource implements Source {
  readonly constant = false;
  private readonly list: ListFuture;
  private next = 0;

  constructor(list: ListFuture, wake: () => void) {
    this.list = list;
    list.job.watchPulls(wake);
  }

  get length(): number | undefined {
    return this.list.length;
  }

  pull(): unknown {
    if (this.next < this.list.job.pulled) return this.list.job.elementAt(this.next++, this.list);
    if (!this.list.job.exhausted) return WAIT;
    if (this.list.job.broken !== null) {
      this.list.catchUp();
      throw new SourceFailed(this.list);
    }
    return END;
  }

  stop(): void {}
}

/** The future whose elements were to be mapped failed. */
export class SourceFailed {
  readonly future: FutureBase;
  constructor(future: FutureBase) {
    this.future = future;
  }
}

/** The future whose elements were to be mapped has a value without elements. */
export class NotIterable {
  readonly future: FutureBase;
  constructor(future: FutureBase) {
    this.future = future;
  }
}
