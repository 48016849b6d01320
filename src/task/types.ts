/**
 * The types that users meet: what a task takes, what a future gives.
 *
 * `Parts<T>` distributes over unions, `Future<T>` never does (a `Future<boolean>` must stay one type), and arrays are
 * treated apart from other objects, or recursive JSON types would not end.
 */

import type { LimitsConfig } from "../config/limits.ts";
import type { Prefixes } from "../config/prefix.ts";
import type { CacheOptions } from "./cache-options.ts";
import type { DelayOptions, Job, JobInputs } from "./job.ts";
import type { Labels } from "./labels.ts";
import type { Plan, PlannedCall } from "./plan.ts";
import type { Runner } from "./runner.ts";

export type { CacheOptions, DelayOptions, Job, Plan, PlannedCall };

declare const PART: unique symbol;
declare const UNMAPPED: unique symbol;
declare const QUOTED: unique symbol;

/** Values without parts in which futures, or files, could be. */
export type Atom =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | Date
  | RegExp
  | URL
  | Error
  | ArrayBufferLike
  | ArrayBufferView
  | ((...a: never[]) => unknown);

type Parts<T> = T extends Atom
  ? never
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<K, Input<V>>
    : T extends ReadonlySet<infer V>
      ? ReadonlySet<Input<V>>
      : T extends readonly (infer E)[]
        ? number extends T["length"]
          ? readonly Input<E>[]
          : { [K in keyof T]: Input<T[K]> }
        : T extends object
          ? Open<T> extends T
            ? { [K in keyof T]: Input<T[K]> }
            : never
          : never;

/** `T` without its private parts: itself, unless it is a class that has some. */
type Open<T> = { [K in keyof T]: T[K] };

/** What may stand for a parameter of type `T`: a `T`, a future or promise of one, or a structure with futures in it. */
export type Input<T> = T | PromiseLike<T> | Parts<T> | Quoted<T>;
export type Inputs<A extends readonly unknown[]> = { [K in keyof A]: Input<A[K]> };

/** What remains of a structure when each future in it has become its value. */
export type Resolved<T> =
  T extends Handle<infer U>
    ? U
    : T extends Atom
      ? T
      : T extends Map<infer K, infer V>
        ? Map<K, Resolved<V>>
        : T extends Set<infer V>
          ? Set<Resolved<V>>
          : T extends readonly (infer E)[]
            ? number extends T["length"]
              ? T extends unknown[]
                ? Resolved<E>[]
                : readonly Resolved<E>[]
              : { [K in keyof T]: Resolved<T[K]> }
            : T extends object
              ? Open<T> extends T
                ? { [K in keyof T]: Resolved<T[K]> }
                : T
              : T;

/** A call's end as a value: the one shape in which a failure is not thrown. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: Error };

/** Where a call is in its life. The last eight are terminal. */
export type CallState =
  | "pending"
  | "queued"
  | "running"
  | "retrying"
  | "completed"
  | "failed"
  | "crashed"
  | "timedOut"
  | "cancelled"
  | "upstreamFailed";

/** A time: milliseconds, or a string such as `"250ms"`, `"10s"`, `"5m"`, `"2h"`. */
export type Duration = number | string;

export interface WaitOptions {
  readonly timeout?: Duration;
}

/** What a future and a list of futures have in common. */
export interface Handle<out T> extends PromiseLike<T> {
  readonly [PART]: T;
  /** Unique in its run, such as `countWords-12`. */
  readonly id: string;
  /** The name of the task. */
  readonly task: string;
  readonly state: CallState;
  /** What the call waits for, in words: inputs by id, labels, rates, a free worker; nothing once it runs or has ended. */
  readonly waitsFor: readonly string[];
  /** The error of a call that ended badly, else undefined. */
  readonly error: Error | undefined;
  /** A future of one part of the result. */
  get<const K extends keyof NonNullable<T>>(key: K): Future<NonNullable<T>[K]>;
  /** The value; throws the call's error, or a `TimeoutError` when `timeout` passes first (the call goes on). */
  result(options?: WaitOptions): Promise<T>;
  /** Waits for the end, or for the time-out, and gives the state; never rejects. */
  wait(options?: WaitOptions): Promise<CallState>;
  /** Calls back when the call has ended, always asynchronously. */
  onDone(callback: (future: this) => unknown): void;
  /** Cancels the call; false when it had ended already. */
  cancel(reason?: string): boolean;
  catch<U = never>(onRejected: (error: unknown) => U): Promise<T | Awaited<U>>;
  finally(onFinally: () => void): Promise<T>;
}

/** The handle of a call's result: a promise that can also be asked. */
export interface Future<out T> extends Handle<T> {
  /** The outcome; never rejects. */
  settled(): Promise<Outcome<T>>;
}

/** The futures of a map; itself the future of the array of their values. */
export interface FutureList<out T> extends Handle<T[]>, Iterable<Future<T>> {
  /** How many calls there are; undefined while the source has not ended. */
  readonly length: number | undefined;
  at(index: number): Future<T> | undefined;
  /** All outcomes, in order; never rejects. */
  settled(): Promise<Outcome<T>[]>;
}

export interface Unmapped<out T> {
  readonly [UNMAPPED]: T;
}
export interface Quoted<out T> {
  readonly [QUOTED]: T;
}

/** Not a text, whose characters nobody means to map; a marked file is one too. */
interface NoText {
  readonly charAt?: never;
}

/** What may stand for a mapped parameter of type `T`. */
export type Each<T> =
  | Unmapped<Input<T>>
  | Handle<Iterable<T>>
  | (Iterable<Input<T>> & object & NoText)
  | (AsyncIterable<T> & object);

export type RetryDelay = Duration | readonly Duration[] | ((attempt: number) => Duration);

/** What a hook is told about a call. */
export interface HookCall {
  readonly id: string;
  readonly task: string;
  /** From 1. */
  readonly attempt: number;
  readonly state: CallState;
}

/** Options of a task. Durations are milliseconds or strings such as `"10s"`. */
export interface TaskOptions<A extends readonly unknown[] = never, R = unknown> {
  /**
   * What a call needs or counts against: `"gpu"`, `["gpu", "web"]`, or amounts: `{ gpu: 1, memoryGb: 8 }`. The task's
   * own name is a label too.
   */
  readonly labels?: Labels;
  /** Higher first; default 0. */
  readonly priority?: number;
  /** How often a failed call is tried again; default 0. */
  readonly retries?: number;
  /** The wait before each retry; of a list the last is repeated; see `backoff`. */
  readonly retryDelay?: RetryDelay;
  /** 0 to 1: each delay is spread by this fraction, both ways. */
  readonly retryJitter?: number;
  readonly retryIf?: (error: Error, attempt: number) => boolean;
  /** Hard limit of one attempt, from its start. */
  readonly timeout?: Duration;
  /** Labels that a call keeps while it waits for calls of its own, to which they are lent. */
  readonly hold?: readonly string[];
  /** Whether a call is run again when its worker died through no fault of its own; default true. */
  readonly restart?: boolean;
  /** Place this task elsewhere than the run: a runner or the name of one in the config. */
  readonly runner?: Runner | string;
  /** Keep results, and take them from the store when code and inputs are as they were. */
  readonly cache?: boolean | CacheOptions<A, R>;
  /** Whether kept results are compressed; default: where it pays. */
  readonly compress?: boolean;
  readonly description?: string;
  readonly tags?: readonly string[];
  /** What displays call one call: a template such as `"score-{0.id}"` or a function of the inputs. */
  readonly callName?: string | ((...inputs: A) => string);
  readonly onStart?: (call: HookCall) => unknown;
  readonly onSuccess?: (call: HookCall, value: R) => unknown;
  readonly onFailure?: (call: HookCall, error: Error) => unknown;
  readonly onRetry?: (call: HookCall, error: Error) => unknown;
  readonly onCancel?: (call: HookCall) => unknown;
}

/** Options of one call or map, besides those of its task. */
export interface CallOptions<A extends readonly unknown[] = never, R = unknown> extends TaskOptions<A, R> {
  /** Order without data: the call starts when these have completed. */
  readonly after?: readonly Handle<unknown>[];
  /** How many calls of a map may be under way at once, that is, how far it runs ahead of its source; default 1,000. */
  readonly inFlight?: number;
  /** How `delay` hands the call to background workers: when, how urgently, through which queue. */
  readonly delay?: DelayOptions;
}

export interface FlowOptions<A extends readonly unknown[] = never, R = unknown>
  extends Omit<TaskOptions<A, R>, "runner" | "restart" | "hold" | "labels"> {
  /** Where this flow's calls run; default inline. */
  readonly runner?: Runner | string;
  /** By label: what runs the calls that have it, such as `{ gpu: "srun --gres=gpu:{gpu}" }`. */
  readonly prefix?: Prefixes;
  /** What happens to calls that have not started when the flow's function throws; default "stop". */
  readonly onError?: "stop" | "continue";
  /** The folder where results are kept; turns the cache on. Default: `.heddle` in the project's root. */
  readonly store?: string;
  /** How much of a label may be in use at once, or per time, in a run of this flow. */
  readonly limits?: LimitsConfig;
  /**
   * How many bytes of results a run of this flow may hold in memory, or a size such as `"2GB"`: beyond that, those that
   * no call reads are on disk. Not those of inline calls, which are the very values.
   */
  readonly maxLiveBytes?: number | string;
  /** Freeze plain inputs of inline calls, so that a change after `submit` throws; default true under test runners. */
  readonly strict?: boolean;
}

/** A function with a name and options, that can be scheduled. */
export interface Task<A extends readonly unknown[], R> {
  /** Runs in this process, with the task's policies. Outside a flow: a run of its own. */
  (...inputs: Inputs<A>): Future<R>;
  readonly taskName: string;
  /** Package, path of the module in it, `#`, name. */
  readonly identity: string;
  /** The plain function. */
  readonly fn: (...args: A) => R | PromiseLike<R>;
  /** Schedules a call on the run's runner. */
  submit(...inputs: Inputs<A>): Future<R>;
  /** One call per element. */
  map(...each: { [K in keyof A]: Each<A[K]> }): FutureList<R>;
  /** Stores the call for background workers, which run it in this or another process; resolves when it is stored. */
  delay(...inputs: JobInputs<A>): Promise<Job<R>>;
  /** The key under which the cache keeps the result of this call; its code and inputs, digested. */
  key(...inputs: Inputs<A>): Promise<string>;
  /** Forgets the kept result of this call; false if there was none. */
  clear(...inputs: Inputs<A>): Promise<boolean>;
  /** Forgets all kept results of this task; gives their number. */
  clearAll(): Promise<number>;
  /** The same task with other options. */
  with(options: CallOptions<A, R>): Task<A, R>;
}

/** A function that orchestrates: it calls tasks and other flows, and runs in the coordinator. */
export interface Flow<A extends readonly unknown[], R> extends Omit<Task<A, R>, "with"> {
  (...inputs: Inputs<A>): Future<R>;
  /** What a run would do and why, without running any task. */
  plan(...inputs: Inputs<A>): Promise<Plan>;
  with(options: FlowOptions<A, R> & Pick<CallOptions, "after" | "inFlight" | "delay">): Flow<A, R>;
}

export type TaskFunction<A extends readonly unknown[], R> = (this: void, ...args: A) => R | PromiseLike<R>;
export type { Runner };
