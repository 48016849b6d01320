import type { Dispatch, TaskAddress } from "../task/runner.ts";
import { allClaimed } from "./claims.ts";
import { Entries } from "./entries.ts";
import { type Estimate, fits } from "./estimate.ts";
import { LastWords } from "./last-words.ts";
import { Home } from "./lent.ts";
import { CallRow } from "./plain.ts";
import { CANCEL, RESUME, type Setup, SPARE, TELL, writeCall, writeSetup, writeTask } from "./protocol.ts";
import type { Far } from "./transport.ts";

/** One call in a pool. */
export class Entry {
  readonly call: Dispatch;
  readonly estimate: Estimate;
  /** The milliseconds it was thought to take when it was sent. */
  expected = 0;
  /** The host was told of its start, which it is once, though the call may be taken back and go elsewhere. */
  started = false;
  cancelled = false;
  /** It was under way on a worker that died, with others: now it runs by itself, to see whether it was the one. */
  readonly alone: boolean;

  constructor(call: Dispatch, estimate: Estimate, alone: boolean) {
    this.call = call;
    this.estimate = estimate;
    this.alone = alone;
  }
}

/** One worker of a pool: what was sent to it and has not ended, in order. */
export class Member {
  readonly far: Far;
  readonly number: number;
  readonly concurrency: number;
  /** By place in the order of sending, from 1. */
  readonly entries = new Entries();
  /** What waits there for what it called, by number: it takes no room. */
  readonly suspended = new Map<number, Entry>();
  /** What it made for large results comes back here. */
  readonly home = new Home();
  state: "starting" | "ready" | "ended" = "starting";
  /** The last call that is being taken back; until the worker has said so, it gets no more. */
  takenTo = 0;
  /** It gets no more until it has nothing left, as a call wants to be alone on it. */
  draining = false;
  /** The tasks whose modules it has loaded. */
  readonly loaded = new Set<TaskAddress>();
  /** When it was last heard, or sent something while idle. */
  heard = 0;
  /** The error that is about to kill it, and the call which that came from. */
  fatal: { readonly seq: number; readonly error: Error } | null = null;
  /** The end of what it wrote to its descriptors. */
  readonly lastWords = new LastWords();
  /** Calls that have ended on it. */
  ended = 0;
  /** The bytes that it has in use, once those are too many. */
  full = 0;
  readonly #most: number;
  #hasRoom = true;
  /** The last call that is known to have begun or to have been refused, and with it all before. */
  #reached = 0;
  #seq = 0;
  #load = 0;
  #wire: unknown[] = [];
  readonly #row = new CallRow();
  readonly #tasks = new Map<TaskAddress, number>();

  /** `most`: how many calls it may execute. */
  constructor(far: Far, number: number, setup: Setup, most: number) {
    this.#most = most;
    this.far = far;
    this.number = number;
    this.concurrency = setup.concurrency;
    writeSetup(setup, this.#wire);
    this.flush();
  }

  get idle(): boolean {
    return this.entries.size === 0;
  }

  /** Nothing is under way there, nor waits. */
  get done(): boolean {
    return this.idle && this.suspended.size === 0;
  }

  entryOf(seq: number): Entry | undefined {
    return this.entries.get(seq) ?? this.suspended.get(seq);
  }

  /** A call waits for what it called. */
  suspend(seq: number): Entry | undefined {
    const entry = this.remove(seq);
    if (entry !== undefined) this.suspended.set(seq, entry);
    return entry;
  }

  /** It may go on; true if it is one of this worker's. */
  resume(id: number): boolean {
    for (const [seq, entry] of this.suspended) {
      if (entry.call.id !== id) continue;
      this.suspended.delete(seq);
      this.#load += entry.expected;
      this.entries.putBack(seq, entry);
      this.#wire.push(RESUME, seq);
      this.flush();
      return true;
    }
    return false;
  }

  /** Says something to a call that is under way there; false if it is not. */
  tell(id: number, wire: readonly unknown[]): boolean {
    for (const [seq, entry] of [...this.suspended, ...this.entries]) {
      if (entry.call.id !== id) continue;
      this.#wire.push(TELL, seq, wire.length, ...wire);
      this.flush();
      return true;
    }
    return false;
  }

  /** It gets no more calls, and is replaced when it has done those that it has. */
  get spent(): boolean {
    return this.full > 0 || this.ended + this.entries.size >= this.#most || !this.#hasRoom;
  }

  /** Sees to it that further calls can be claimed. */
  reserve(): void {
    this.#hasRoom = this.far.claims.reserve(this.#seq + 1, this.#reached + 1);
  }

  /** Calls that wait there behind those which can run at once. */
  get waiting(): number {
    return Math.max(0, this.entries.size - this.concurrency);
  }

  /** Wants more calls like this one. While it has many to do yet it is left alone, so that messages stay few. */
  wants({ estimate }: Entry): boolean {
    if (this.state !== "ready" || this.takenTo > 0 || this.draining || this.spent) return false;
    return this.entries.size < this.concurrency + Math.ceil(estimate.ahead / 2);
  }

  /** Has room for this call, in a message that is being made. */
  takes(entry: Entry): boolean {
    if (this.spent) return false;
    if (this.entries.size < this.concurrency) return true;
    return fits(entry.estimate, this.waiting, this.#load);
  }

  /** Puts a call into the next message; throws when its inputs cannot travel. */
  add(entry: Entry, now: number): void {
    const wire = this.#wire;
    // With a call, as the worker has no use for them before.
    for (const segment of this.home.spares()) wire.push(SPARE, segment);
    const length = wire.length;
    const { task } = entry.call;
    const known = this.#tasks.get(task);
    const number = known ?? this.#tasks.size;
    try {
      if (known === undefined) writeTask(number, task, wire);
      const { shares } = this.far;
      const seq = this.#seq + 1;
      if (!this.#row.write(seq, number, entry.call, wire)) writeCall(seq, number, entry.call, wire, shares);
    } catch (error) {
      wire.length = length;
      throw error;
    }
    if (known === undefined) this.#tasks.set(task, number);
    this.#seq += 1;
    if (this.idle) this.heard = now;
    entry.expected = Math.min(entry.estimate.ms, 1e9);
    this.#load += entry.expected;
    this.entries.push(this.#seq, entry);
  }

  flush(): void {
    if (this.#wire.length === 0) return;
    const wire = this.#wire;
    this.#wire = [];
    this.far.send(wire);
  }

  /** Forgets a call that the worker has begun or refused. */
  remove(seq: number): Entry | undefined {
    const entry = this.entries.get(seq);
    if (entry === undefined) {
      const waiting = this.suspended.get(seq);
      this.suspended.delete(seq);
      return waiting;
    }
    this.#reached = Math.max(this.#reached, seq);
    this.#drop(seq, entry);
    return entry;
  }

  #drop(seq: number, entry: Entry): void {
    this.entries.delete(seq);
    this.#load = this.entries.size === 0 ? 0 : this.#load - entry.expected;
  }

  /**
   * The first calls that are not known to have started, though by their place they have. Loading a module is no part
   * of a call: until it is done, the worker itself tells. Where what is sent may be lost on the way, nobody may ever
   * tell, so a call counts from then.
   */
  takeStarted(): number[] {
    const started: number[] = [];
    let place = 0;
    for (const [, entry] of this.entries) {
      if (place >= this.concurrency) break;
      place += 1;
      if (entry.started || !(this.loaded.has(entry.call.task) || this.far.claims === allClaimed)) continue;
      entry.started = true;
      started.push(entry.call.id);
    }
    return started;
  }

  /** Takes back what it has not begun: gives the calls that surely have not, and the last that may have. */
  takeBack(): { readonly back: Entry[]; readonly claimed: number } {
    this.flush();
    const to = this.#seq;
    const { claimed, last } = this.far.claims.takeBack(this.#reached + 1, to);
    this.#seq = last;
    const back: Entry[] = [];
    for (const [seq, entry] of this.entries) {
      if (seq <= claimed) continue;
      this.#drop(seq, entry);
      back.push(entry);
    }
    if (back.length > 0) this.takenTo = to;
    return { back, claimed };
  }

  /** What it had and will not end: the calls it has begun by their numbers, and the others. */
  leave(): { begun: Map<number, Entry>; unbegun: Entry[] } {
    this.state = "ended";
    const { claimed } = this.far.claims.takeBack(this.#reached + 1, this.#seq);
    const begun = new Map<number, Entry>(this.suspended);
    const unbegun: Entry[] = [];
    for (const [seq, entry] of this.entries) {
      if (seq <= claimed) begun.set(seq, entry);
      else unbegun.push(entry);
    }
    this.entries.clear();
    this.suspended.clear();
    this.#load = 0;
    return { begun, unbegun };
  }

  cancel(seq: number, reason: string): void {
    this.#wire.push(CANCEL, seq, reason);
  }
}
