/** How many calls travel together, and what they are on their way. */
import { CancelledError } from "../../errors.ts";
import type { Attempt, Dispatch, Host, TaskAddress } from "../../task/runner.ts";
import type { CallReports } from "../../workers/callreports.ts";
import { bytesOf } from "../../workers/envelope.ts";
import type { Line } from "../../workers/line.ts";
import { writeCall, writeTask } from "../../workers/protocol.ts";
import type { Lending } from "../../workers/travel/lending.ts";
import { newJobId } from "../job-id.ts";
import { overLimit } from "./blobs.ts";
import type { Question } from "./messages.ts";

/** So much work is one batch, in milliseconds, and where much waits: it costs Redis and both sides about one, whatever is in it. */
const WORK = 4;
const MUCH_WORK = 32;
export const MOST = 240;
/** A batch that has grown to so many bytes is closed. */
const MOST_BYTES = 256 * 1024;

/** How many calls that take so long are one batch, and are at most. */
export function fitTogether(ms: number): { readonly fit: number; readonly most: number } {
  return { fit: within(WORK, ms), most: within(MUCH_WORK, ms) };
}

function within(work: number, ms: number): number {
  return Math.max(1, Math.min(MOST, Math.floor(work / ms)));
}

/** One attempt that Redis or a worker has. */
export interface Underway {
  readonly call: Dispatch;
  readonly batch: Batch;
  readonly place: number;
  cancelled: boolean;
  /** The run was told that it has begun. */
  started: boolean;
  reports: CallReports | null;
  line: Line | null;
}

/** Calls of one task that travel together. */
export class Batch {
  readonly id = newJobId(Date.now());
  readonly task: TaskAddress;
  /** By place; null for those that have ended. */
  readonly calls: (Underway | null)[] = [];
  /** What is large among the inputs is taken out of it before it is sent. */
  readonly wire: unknown[];
  readonly #most: number;
  readonly #lending: Lending;
  #bytes = 0;
  /** How many have not ended. */
  left = 0;
  /** Whether any of them has a time limit, which counts from when it begins. */
  isTimed = false;
  /** What was asked before it was known to have begun. */
  readonly early: Question[] = [];
  /** Only then workers can have it: what is large in it has to be in its place before. */
  isSent = false;
  /** Which calls were cancelled before, by their places, and why. */
  readonly stops: Record<number, string> = {};
  worker: string | null = null;
  /** When something was last heard of it. */
  heardAt = performance.now();

  /** `most`: how many bytes the inputs of a call may have. */
  constructor(task: TaskAddress, { runId, dirs }: Pick<Host, "runId" | "dirs">, lending: Lending, most: number) {
    this.task = task;
    this.#most = most;
    this.#lending = lending;
    lending.code?.lend(task.module);
    this.wire = [runId, dirs];
    writeTask(0, task, this.wire);
  }

  /** @throws UncloneableError, BlobError */
  add(call: Dispatch): Underway {
    const from = this.wire.length;
    try {
      writeCall(1, 0, call, this.wire);
      this.#lending.say(this.wire, from);
    } catch (error) {
      this.wire.length = from;
      throw error;
    }
    let size = 0;
    for (let at = from; at < this.wire.length; at++) size += sizeOf(this.wire[at]);
    if (size > this.#most) {
      this.wire.length = from;
      throw overLimit(`the inputs of ${call.task.name}-${call.id}`, size);
    }
    this.#bytes += size;
    const marks = { cancelled: false, started: false, reports: null, line: null };
    const underway = { call, batch: this, place: this.calls.length, ...marks };
    if (call.timeout > 0) this.isTimed = true;
    this.calls.push(underway);
    this.left += 1;
    return underway;
  }

  get isFull(): boolean {
    return this.#bytes >= MOST_BYTES || this.calls.length >= MOST;
  }

  bytes(): Uint8Array {
    return bytesOf(this.wire);
  }

  /** Takes out one that has ended. */
  take(place: number): Underway | null {
    const underway = this.calls[place] ?? null;
    if (underway === null) return null;
    this.calls[place] = null;
    this.left -= 1;
    return underway;
  }

  /** Nothing more is heard of its calls: what they were about to bring is dropped. */
  closeLines(): void {
    for (const underway of this.calls) underway?.line?.close();
  }

  /** What is still expected of it. */
  get open(): readonly Underway[] {
    return this.calls.filter(each => each !== null && !each.cancelled) as Underway[];
  }
}

function sizeOf(entry: unknown): number {
  if (entry instanceof Uint8Array) return entry.byteLength;
  return typeof entry === "string" ? entry.length : 8;
}

/** Somebody has cancelled the job that a batch is. */
export function cancelledOutside({ call: { id, task } }: Underway): Attempt {
  const error = new CancelledError({ task: `${task.name}-${id}`, reason: "its job was cancelled" });
  return { id, state: "cancelled", error, ms: 0, worker: -1 };
}
