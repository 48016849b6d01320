/**
 * Where jobs are kept, and what every queue promises, whatever keeps it:
 *
 * - A job that was added survives the death of every process, and of the machine.
 * - It is executed at least once. A worker that dies gives its jobs to others; one that is only busy or stopped keeps them.
 * - It ends once: the first attempt to end decides, and what a later one gives is dropped.
 * - Inputs that are results of other jobs are there before it starts.
 */

import type { CallState } from "../task/types.ts";
import type { Stop } from "./stop.ts";

/** How often a job is begun again whose worker has died: it may be the cause after all. */
export const MOST_LOSSES = 3;

/** A call as it is handed in. */
export interface NewJob {
  /** Which id it gets; by default the queue makes one. */
  readonly id?: string;
  /** The identity of its task. */
  readonly task: string;
  readonly name: string;
  readonly queue: string;
  /** Higher first. */
  readonly priority: number;
  /** Milliseconds since the epoch, before which it does not start. */
  readonly notBefore: number;
  readonly idempotencyKey: string | null;
  /** What is asked for besides what its task says. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether it runs again when its worker has died. */
  readonly restart: boolean;
  /** The jobs whose results it takes. */
  readonly after: readonly string[];
  readonly inputs: Uint8Array;
}

/** What is known of a job. Times are milliseconds since the epoch. */
export interface JobFacts {
  readonly id: string;
  readonly task: string;
  readonly name: string;
  readonly queue: string;
  readonly priority: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly restart: boolean;
  readonly after: readonly string[];
  readonly state: CallState;
  readonly addedAt: number;
  readonly notBefore: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** How often workers have begun it. */
  readonly attempts: number;
  /** How often a worker died with it. */
  readonly losses: number;
  /** The worker that runs it, or ran it last. */
  readonly worker: string | null;
  /** Why it ended badly, in a line. */
  readonly problem: string | null;
}

/** How a job ended. */
export interface JobEnd {
  readonly state: CallState;
  /** The value or the error, encoded. */
  readonly bytes: Uint8Array;
  readonly problem: string | null;
  /** What it has printed and logged; the end of it, if that is much. */
  readonly output: string;
  /** What of it lies beside the queue, by its name there. */
  readonly blob?: string;
}

/** A job that a worker has taken. */
export interface TakenJob {
  readonly facts: JobFacts;
  readonly inputs: Uint8Array;
  /** The results of the jobs that it is `after`, encoded, in that order. */
  readonly upstream: readonly Uint8Array[];
  /** How many bytes that is, if not all of it is at hand. */
  readonly size?: number;
  /**
   * Brings what is not at hand.
   *
   * @throws BlobError
   */
  bring?(): Promise<Pick<TakenJob, "inputs" | "upstream">>;
  /** Puts away what is large of how it ended; a job whose result cannot be kept has failed. Never rejects. */
  keep?(end: JobEnd): Promise<JobEnd>;
}

/** How a call of a run elsewhere ended: what its worker says of it, or why it says nothing. */
export type CallEnd = { readonly said: Uint8Array } | { readonly state: CallState; readonly error: Error };

/** Where large values of calls lie, as far as whoever executes them has to know. */
export interface ValuesPlace {
  /** Null where they are an error. */
  readonly blobs: string | null;
  readonly blobsAbove: number;
  /** In bytes: what a call may bring along. */
  readonly most: number;
}

/** What a call of a run elsewhere has there. */
export interface CallTies {
  /**
   * Brings to the run what a call asks, and gives the answer. If it waits for what it has called, its place is for others
   * from then on; if for files or code, it keeps it.
   */
  ask(bytes: Uint8Array, keepsPlace: boolean): Promise<Uint8Array>;
  readonly values: Pick<ValuesPlace, "blobs" | "blobsAbove">;
  /** It begins; left out where nobody wants to know. */
  begun?(): void;
  /** A large value is about to be put there under this name: gives whether the run is there, which removes it. */
  register(name: string): Promise<boolean>;
}

export interface CallAtWork {
  /** Never rejects. */
  readonly end: Promise<CallEnd>;
  cancel(reason: string): void;
}

/** Executes calls of runs elsewhere, which come in batches. */
export interface CallService {
  /** Some of a task have come; what it gives is told when they have ended. */
  begin(job: JobFacts): (end: JobEnd) => void;
  /** The calls in what a run has handed over. */
  read(job: JobFacts, bytes: Uint8Array): readonly Uint8Array[];
  /** How many calls like these run at once however many it is given; null if it may be more than there may be. */
  places(job: JobFacts): number | null;
  execute(job: JobFacts, call: Uint8Array, ties: CallTies): CallAtWork;
}

/** What a worker takes, and what it does with it. */
export interface Service {
  /** The worker, for those who look at jobs. */
  readonly name: string;
  readonly queues: readonly string[];
  /** Identities of tasks: it takes no others. */
  readonly tasks: readonly string[];
  /** Save calls of runs that give the code of their tasks. */
  readonly takesCode?: boolean;
  /** How many jobs at once. */
  readonly concurrency: number;
  /** Never rejects. `stop` is told when the job is cancelled, or has ended elsewhere. */
  execute(job: TakenJob, stop: Stop): Promise<JobEnd>;
  /** Left out by who takes none. */
  readonly calls?: CallService;
  /** The queue is in trouble, which it will try to get over. */
  troubled(error: Error): void;
  /** It is over: the queue is there again. */
  recovered?(): void;
}

/** Why a job is to stop when its worker gives it back. */
export class GivenBack extends Error {
  constructor() {
    super("the worker ends");
  }
}

export interface Serving {
  /** Takes nothing more, and resolves when all that was taken has ended. */
  drain(): Promise<void>;
  /** Resolves when nothing of what it serves runs here, or could start now. */
  idle(): Promise<void>;
  /** Gives back what has not ended, for others to begin anew. */
  abandon(): Promise<void>;
}

/** Work that comes again and again. */
export interface Schedule {
  readonly name: string;
  readonly cron: string;
  /** Of the pattern; null for that of the worker. */
  readonly timezone: string | null;
  readonly job: Pick<NewJob, "task" | "name" | "queue" | "priority" | "inputs">;
  /** When it comes next, in milliseconds since the epoch; null for never again. */
  readonly next: number | null;
}

/** Jobs of one task that stand in one queue, and only lack a worker. */
export interface JobsWaiting {
  readonly queue: string;
  readonly task: string;
  /** Thousands are not counted. */
  readonly count: number;
}

/** Where `JobsWaiting.count` ends. */
export const MOST_COUNTED = 1_000;

/** A worker that is there. */
export type PresentWorker = Pick<Service, "name" | "queues" | "tasks">;

export interface JobFilter {
  readonly states?: readonly CallState[];
  readonly queue?: string;
  readonly task?: string;
  readonly limit?: number;
}

/** A job for those who wait for it. */
export interface Standing {
  readonly name: string;
  /** How it ended, encoded; null while it has not. */
  readonly outcome: Uint8Array | null;
}

export interface Queue {
  /** As messages name it. */
  readonly place: string;
  /** Stores a job; gives its id, or that of the job which has its key. */
  add(job: NewJob): Promise<string>;
  facts(id: string): Promise<JobFacts | null>;
  inputsOf(id: string): Promise<Uint8Array | null>;
  /** How it ended, encoded; null while it has not. */
  outcome(id: string): Promise<Uint8Array | null>;
  /** What the attempt has printed that ended it; nothing while none has. */
  outputOf(id: string): Promise<string>;
  /** Resolves when it has ended, or when `signal` is aborted; with null for a job that is not known. */
  ended(id: string, signal: AbortSignal | null): Promise<Standing | null>;
  /** False when it had ended already. */
  cancel(id: string, reason: string): Promise<boolean>;
  /** Lets a job that ended badly begin anew, and those that needed it; false for any other. */
  retry(id: string): Promise<boolean>;
  /** The newest first. */
  list(filter: JobFilter): Promise<readonly JobFacts[]>;
  /** Forgets jobs that ended before this time; gives how many. `troubled` hears what is left of them, and why. */
  forget(before: number, troubled?: (error: Error) => void): Promise<number>;
  serve(service: Service): Promise<Serving>;
  /** What only lacks a worker. */
  waiting(): Promise<readonly JobsWaiting[]>;
  /** Those that serve it; null where it does not know them. */
  workers(): Promise<readonly PresentWorker[] | null>;
  schedule(schedule: Schedule): Promise<void>;
  unschedule(name: string): Promise<boolean>;
  schedules(): Promise<readonly Schedule[]>;
  close(): Promise<void>;
}

const TERMINAL: readonly CallState[] = ["completed", "failed", "crashed", "timedOut", "cancelled", "upstreamFailed"];

export function hasEnded({ state }: Pick<JobFacts, "state">): boolean {
  return TERMINAL.includes(state);
}

/** What every queue knows of a job, without what one of them keeps besides. */
export function factsOf(job: JobFacts): JobFacts {
  const { id, task, name, queue, priority, options, restart, after, state, addedAt, notBefore } = job;
  const { startedAt, endedAt, attempts, losses, worker, problem } = job;
  return {
    id,
    task,
    name,
    queue,
    priority,
    options,
    restart,
    after,
    state,
    addedAt,
    notBefore,
    startedAt,
    endedAt,
    attempts,
    losses,
    worker,
    problem,
  };
}
