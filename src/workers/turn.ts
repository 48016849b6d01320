import type { Address } from "./protocol.ts";

export type TaskFunction = (...inputs: never[]) => unknown;

/** A task that calls have named. */
export interface KnownTask {
  readonly address: Address;
  fn: TaskFunction | null;
  /** Before so many of its next calls, what is gathered leaves: one of its last calls kept the thread for long. */
  wary: number;
}

/** A call that waits its turn, its inputs still in the message that brought it. */
export interface Waiting {
  readonly seq: number;
  readonly task: KnownTask;
  readonly id: number;
  readonly attempt: number;
  /** It has a time-out, so that the coordinator must know at once when it begins and ends. */
  readonly timed: boolean;
  /** The place of its directory, if it has one of its own. */
  readonly dir: string | null;
  readonly wire: readonly unknown[];
  readonly at: number;
  /** How many plain inputs it has; -1 if they are encoded. */
  readonly arity: number;
}

/** Moments in the life of a worker. */
export interface Moments {
  /** It is about to run what the user wrote, which may keep its thread busy. */
  begins?(): void;
  /** It is ready for calls. */
  startedWell?(): void;
  /** It has heard that a call is to stop, and tells the call next. */
  cancels?(): void;
  /** It has done all that it was given, and has told so: nothing waits for what it called either. */
  idle?(): void;
}
