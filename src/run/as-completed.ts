import { parseDuration } from "../config/duration.ts";
import { TimeoutError } from "../errors.ts";
import type { Duration, Future, FutureList, Outcome } from "../task/types.ts";
import { after } from "./clock.ts";
import type { FutureBase } from "./future.ts";
import { futuresOf } from "./gather.ts";
import { ListFuture } from "./list.ts";
import { awaited } from "./waiter.ts";

/** One future that has ended: its place among those given, and its outcome. */
export type Completed<T> = { readonly future: Future<T>; readonly index: number } & Outcome<T>;

/**
 * The outcomes of futures as they come. Of a list that nobody else holds, each result is let go once it was given, so
 * that a stream of any length needs the room of what is under way.
 *
 * @throws TimeoutError when the time is up: how many have not ended.
 * @example
 * for await (const { index, ok } of asCompleted(fetchPage.map(urls))) console.log(index, ok);
 */
export function asCompleted<T>(
  futures: Iterable<Future<T>> | FutureList<T>,
  options: { readonly timeout?: Duration } = {},
): AsyncIterableIterator<Completed<T>> {
  const { timeout } = options;
  const ms = timeout === undefined ? undefined : parseDuration(timeout, "asCompleted(…, { timeout })");
  const stream: Stream = futures instanceof ListFuture ? new ListStream(futures) : new FuturesStream(futures);
  return new Outcomes(stream, ms) as unknown as AsyncIterableIterator<Completed<T>>;
}

const TRIM = 256;

interface Entry {
  readonly future: FutureBase;
  readonly index: number;
}

/** Where ended futures come from. */
interface Stream {
  /** The next that has ended; null when none has yet, undefined when all were given. */
  next(): Entry | null | undefined;
  /** Called when `next` may have more. */
  onMore: () => void;
  /** As in "3 of 10 futures unfinished". */
  unfinished(): string;
  stop(): void;
}

class FuturesStream implements Stream {
  private readonly ended: Entry[] = [];
  private readonly total: number;
  private given = 0;
  onMore = () => {};

  constructor(futures: Iterable<unknown>) {
    const all = futuresOf(futures, "asCompleted");
    this.total = all.length;
    all.forEach((future, index) => {
      future.observe();
      future.listen(() => {
        this.ended.push({ future, index });
        this.onMore();
      });
    });
  }

  next(): Entry | null | undefined {
    if (this.given === this.total) return undefined;
    const entry = this.ended[this.given];
    if (entry === undefined) return null;
    this.given++;
    return entry;
  }

  unfinished(): string {
    return `${this.total - this.ended.length} of ${this.total}`;
  }

  stop(): void {}
}

class ListStream implements Stream {
  private readonly ended: Entry[] = [];
  private head = 0;
  private readonly job: ListFuture["job"];
  /** Entries that had ended before anybody streamed; they do not hold the map back. */
  private early: number;
  onMore = () => {};

  constructor(list: ListFuture) {
    this.job = list.job;
    for (let index = 0; index < this.job.pulled; index++) {
      const future = list.element(index);
      future.observe();
      if (future.isSettled) this.ended.push({ future, index });
    }
    this.early = this.ended.length;
    this.job.subscribe(
      future => {
        this.ended.push({ future, index: future.index });
        this.onMore();
      },
      () => this.onMore(),
    );
  }

  next(): Entry | null | undefined {
    const entry = this.ended[this.head];
    if (entry === undefined) {
      if (!this.job.allEnded) return null;
      if (this.job.broken !== null) throw this.job.brokenSeen();
      return undefined;
    }
    this.head++;
    if (this.early > 0) this.early--;
    else this.job.taken();
    this.trim();
    return entry;
  }

  /** Lets go of what was given, a good many at a time. */
  private trim(): void {
    if (this.head < TRIM) return;
    this.ended.splice(0, this.head);
    this.head = 0;
  }

  unfinished(): string {
    return this.job.unfinished();
  }

  stop(): void {
    this.job.unsubscribe();
  }
}

class Outcomes implements AsyncIterableIterator<unknown> {
  private readonly stream: Stream;
  private readonly ms: number | undefined;
  private readonly began = performance.now();

  constructor(stream: Stream, ms: number | undefined) {
    this.stream = stream;
    this.ms = ms;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown>> {
    for (;;) {
      const entry = this.stream.next();
      if (entry === undefined) return { done: true, value: undefined };
      if (entry !== null) {
        const loading = entry.future.materialise();
        if (loading !== null) await loading;
        return { done: false, value: outcomeOf(entry) };
      }
      await awaited(this.more());
    }
  }

  async return(): Promise<IteratorResult<unknown>> {
    this.stream.stop();
    return { done: true, value: undefined };
  }

  private more(): Promise<void> {
    return new Promise((resolve, reject) => {
      let stop = () => {};
      this.stream.onMore = () => {
        stop();
        resolve();
      };
      if (this.ms === undefined) return;
      const left = this.ms - (performance.now() - this.began);
      stop = after(Math.max(0, left), () => reject(this.timeout()));
    });
  }

  private timeout(): Error {
    this.stream.stop();
    return new TimeoutError({
      what: `${this.stream.unfinished()} futures unfinished after ${this.ms} ms`,
      hint: "They go on. Give asCompleted a longer `timeout`, or cancel them.",
    });
  }
}

function outcomeOf({ future, index }: Entry): Record<string, unknown> {
  const { error } = future;
  return error === undefined ? { future, index, ok: true, value: future.value } : { future, index, ok: false, error };
}
