import { FileMark } from "../codec/file.ts";
import { parseDuration } from "../config/duration.ts";
import { NotAwaitedError, TimeoutError } from "../errors.ts";
import { COMPLETED, isTerminal, nameOfState, PENDING } from "../graph/states.ts";
import type { CallState, Future, Outcome, WaitOptions } from "../task/types.ts";
import { after } from "./clock.ts";
import { decodedOnce, isKept, markedOf, namesFiles } from "./decoded.ts";
import type { Failure } from "./failure.ts";
import { KeptList } from "./kept.ts";
import { returning } from "./returning.ts";
import { callBack } from "./settling.ts";
import { loadAll, StoredValue } from "./stored.ts";
import { awaited } from "./waiter.ts";

interface Waiting {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Those who wait for a future, as for most nobody does. */
class Ears {
  waiting: Waiting | null = null;
  listeners: (() => void)[] = [];
}

/**
 * What all futures have in common: they settle once, keep their value encoded until somebody reads it, and remember
 * whether anybody looked. The promise behind one is made only when somebody awaits it.
 */
export abstract class FutureBase implements PromiseLike<unknown> {
  protected settledAs: number = PENDING;
  /** A live value, or a `Packed` one; of what has failed, how. */
  private raw: unknown = undefined;
  observed = false;
  /** Who waits for it. */
  private ears: Ears | null = null;

  abstract get id(): string;
  abstract get task(): string;
  abstract cancel(reason?: string): boolean;
  /** Longest path behind it, for the order of what depends on it. */
  abstract get depth(): number;
  abstract get(key: unknown): Future<never>;

  get isSettled(): boolean {
    return isTerminal(this.settledAs);
  }

  get hasFailed(): boolean {
    return this.isSettled && this.settledAs !== COMPLETED;
  }

  get state(): CallState {
    return nameOfState(this.settledAs);
  }

  /** The state as a number, as the graph has it. */
  get endState(): number {
    return this.settledAs;
  }

  get failure(): Failure | null {
    return this.settledAs !== COMPLETED && isTerminal(this.settledAs) ? (this.raw as Failure) : null;
  }

  get error(): Error | undefined {
    return this.failure?.error;
  }

  /** What it waits for, in words; nothing once it runs or has ended. */
  get waitsFor(): readonly string[] {
    return [];
  }

  /** The value as it is kept; only of a completed future. */
  get kept(): unknown {
    return this.raw;
  }

  /** The value as the user sees it; only of a completed future whose stored parts have been loaded. */
  get value(): unknown {
    const { raw } = this;
    if (typeof raw !== "object" || raw === null) return raw;
    if (isKept(raw) || FileMark.any) return decodedOnce(raw);
    return raw;
  }

  /** The value with its files still marked, for what is made of it: there they count by content as they do here. */
  get marked(): unknown {
    const { raw } = this;
    return isKept(raw) && namesFiles(raw) ? markedOf(raw) : isKept(raw) ? this.value : raw;
  }

  /** What of the value is still in the store only. */
  get unloaded(): readonly StoredValue[] {
    const { raw } = this;
    if (raw instanceof StoredValue) return raw.isLoaded ? NOTHING : [raw];
    return raw instanceof KeptList ? raw.unloaded : NOTHING;
  }

  /** Reads what is only in the store; null if there is nothing to wait for. */
  materialise(): Promise<unknown> | null {
    return loadAll(this.unloaded);
  }

  complete(raw: unknown): void {
    if (isTerminal(this.settledAs)) return;
    this.settledAs = COMPLETED;
    this.raw = raw;
    this.announce();
  }

  fail(state: number, _error: Error, failure: Failure): void {
    if (isTerminal(this.settledAs)) return;
    this.settledAs = state;
    this.raw = failure;
    if (this.observed) failure.observe();
    this.announce();
  }

  /** Somebody has looked, or will see, how this ends. */
  observe(): void {
    this.observed = true;
    this.failure?.observe();
  }

  /** Calls back, in no particular turn, when this has settled; at once if it has. */
  listen(listener: () => void): void {
    if (this.isSettled) callBack(listener);
    else {
      this.ears ??= new Ears();
      this.ears.listeners.push(listener);
    }
  }

  then<A = unknown, B = never>(
    onFulfilled?: ((value: never) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (returning.isOn) returning.heard();
    return this.promised().then(onFulfilled as (value: unknown) => A | PromiseLike<A>, onRejected);
  }

  catch<U = never>(onRejected: (error: unknown) => U): Promise<never> {
    return this.promised().catch(onRejected) as Promise<never>;
  }

  finally(onFinally: () => void): Promise<never> {
    return this.promised().finally(onFinally) as Promise<never>;
  }

  /** `future + 1` or a text with a future in it: nobody means that. */
  [Symbol.toPrimitive](wanted: string): never {
    throw new NotAwaitedError({ call: this.id, kind: wanted === "number" ? "number" : "text or number" });
  }

  async result(options: WaitOptions = {}): Promise<never> {
    this.observe();
    await this.ended(options.timeout, `${this.id}.result({ timeout })`);
    if (!this.isSettled) {
      throw new TimeoutError({
        what: `${this.id} had not ended after ${String(options.timeout)} (it is ${this.state})`,
        hint: "It goes on; wait longer, or cancel it.",
      });
    }
    return this.promised() as Promise<never>;
  }

  async wait(options: WaitOptions = {}): Promise<CallState> {
    this.observe();
    await this.ended(options.timeout, `${this.id}.wait({ timeout })`);
    return this.state;
  }

  /** The outcome; of a list, those of its elements. Never rejects. */
  async settled(): Promise<unknown> {
    this.observe();
    await this.ended(undefined, "");
    try {
      await this.materialise();
    } catch (error) {
      return { ok: false, error: error as Error };
    }
    return this.outcome();
  }

  onDone(callback: (future: this) => unknown): void {
    const call = async () => {
      try {
        await callback(this);
      } catch (error) {
        this.complain(`A callback given to ${this.id}.onDone() failed: ${String(error)}`);
      }
    };
    this.listen(() => queueMicrotask(() => void call()));
  }

  /** Tells the user of something that is wrong but harms nobody. */
  protected complain(message: string): void {
    process.emitWarning(message, { type: "HeddleWarning" });
  }

  protected outcome(): Outcome<unknown> {
    const { error } = this;
    if (error !== undefined) return { ok: false, error };
    return { ok: true, value: this.value };
  }

  private promised(): Promise<unknown> {
    const promise = this.promise();
    return this.isSettled ? promise : awaited(promise);
  }

  protected promise(): Promise<unknown> {
    this.observe();
    this.ears ??= new Ears();
    if (this.ears.waiting === null) {
      this.ears.waiting = withResolvers();
      if (this.isSettled) this.answer(this.ears.waiting);
    }
    return this.ears.waiting.promise;
  }

  /** Resolves when this has settled, or when the time is up. */
  private ended(timeout: WaitOptions["timeout"], where: string): Promise<void> {
    const ms = timeout === undefined ? undefined : parseDuration(timeout, where);
    if (this.isSettled) return Promise.resolve();
    const ended = new Promise<void>(resolve => {
      if (ms === undefined) {
        this.listen(resolve);
        return;
      }
      const stop = after(ms, resolve);
      this.listen(() => {
        stop();
        resolve();
      });
    });
    return awaited(ended);
  }

  private announce(): void {
    const { ears } = this;
    if (ears === null) return;
    if (ears.waiting !== null) this.answer(ears.waiting);
    const { listeners } = ears;
    ears.listeners = [];
    for (const listener of listeners) callBack(listener);
  }

  private answer(waiting: Waiting): void {
    const { error } = this;
    if (error !== undefined) {
      waiting.reject(error);
      return;
    }
    const loading = this.materialise();
    if (loading === null) this.resolve(waiting);
    else loading.then(() => this.resolve(waiting), waiting.reject);
  }

  private resolve(waiting: Waiting): void {
    try {
      waiting.resolve(this.value);
    } catch (error) {
      waiting.reject(error as Error);
    }
  }
}

const NOTHING: readonly StoredValue[] = [];

function withResolvers(): Waiting {
  let resolve: Waiting["resolve"] = () => {};
  let reject: Waiting["reject"] = () => {};
  const promise = new Promise<unknown>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
