/** What is one task for the engine: a call, or short ones that travel together. */
import type { Dispatch, TaskAddress } from "../../task/runner.ts";
import { type Reports, writeCall, writeTask } from "../protocol.ts";
import type { FileDesk } from "../travel/desk.ts";
import type { Link } from "./link.ts";
import { message, takeReferences } from "./messages.ts";

/** A batch that has grown to so many bytes is closed. */
const MOST_BYTES = 256 * 1024;

/** One attempt that the engine has. */
export interface Underway {
  readonly call: Dispatch;
  readonly batch: Batch;
  /** What workers know it by: no other call of the run has the same. */
  readonly seq: number;
  cancelled: boolean;
  begun: boolean;
  /** It has ended, and its value is on its way here. */
  isRead: boolean;
  reports: Reports | null;
  /** Where it asks for files. */
  desk: FileDesk | null;
}

/** A call as it is in a message, and what it refers to in the cluster. */
export interface PackedCall {
  readonly wire: unknown[];
  readonly places: readonly number[];
  readonly refs: readonly number[];
  /** It travels with others of its kind. */
  readonly plain: boolean;
}

/** @throws UncloneableError */
export function packed(call: Dispatch, seq: number, link: Link): PackedCall {
  const wire: unknown[] = [];
  writeCall(seq, 0, call, wire);
  const { length } = wire;
  link.lending.say(wire, 0);
  const { places, refs } = takeReferences(wire, link);
  return { wire, places, refs, plain: wire.length === length && refs.length === 0 };
}

export class Batch {
  readonly ref: number;
  readonly task: TaskAddress;
  readonly first: number;
  /** Those that have not ended, by their numbers. */
  readonly open = new Map<number, Underway>();
  /** How many calls it has begun with. */
  count = 0;
  /** Who executes it, as `address pid`; null before it was heard of. */
  at: string | null = null;
  worker = -1;
  /** What its worker is about to die of, and the call from which that came; 0 where that is not known. */
  fatal: { readonly seq: number; readonly error: Error } | null = null;
  readonly #wire: unknown[];
  #places: number[] = [];
  #refs: readonly number[] = [];
  #bytes = 0;

  /** `first`: the number of its first call. */
  constructor(ref: number, task: TaskAddress, first: number, link: Link) {
    this.ref = ref;
    this.task = task;
    this.first = first;
    this.#wire = link.code.origin(task.module);
    writeTask(0, task, this.#wire);
  }

  add(call: Dispatch, { wire, places, refs }: PackedCall): Underway {
    const seq = this.first + this.count;
    const { length } = this.#wire;
    this.#places = places.map(place => place + length);
    this.#refs = refs;
    for (const entry of wire) {
      this.#wire.push(entry);
      this.#bytes += sizeOf(entry);
    }
    const marks = { cancelled: false, begun: false, isRead: false, reports: null, desk: null };
    const underway: Underway = { call, batch: this, seq, ...marks };
    this.count += 1;
    this.open.set(seq, underway);
    return underway;
  }

  get isFull(): boolean {
    return this.#bytes >= MOST_BYTES;
  }

  /** What values in the cluster it takes. */
  get refs(): readonly number[] {
    return this.#refs;
  }

  message(): Uint8Array {
    return message(this.#wire, this.#places);
  }

  /** The place of a call in it, from 1. */
  placeOf({ seq }: Underway): number {
    return seq - this.first + 1;
  }

  /** Those of the calls from this place on that have not ended. */
  from(place: number): Underway[] {
    return [...this.open.values()].filter(one => !one.isRead && this.placeOf(one) >= place);
  }
}

function sizeOf(entry: unknown): number {
  if (entry instanceof Uint8Array) return entry.byteLength;
  return typeof entry === "string" ? entry.length : 8;
}
