import { PLACED, TIMED } from "./protocol.ts";
import type { KnownTask, Waiting } from "./turn.ts";

/** So many lots that are done are let go of at once. */
const DONE = 16;

/** Calls in a row: `count` from place `seq` on, each with its number and `arity` plain inputs. */
interface Row {
  readonly wire: readonly unknown[];
  at: number;
  readonly task: KnownTask;
  readonly arity: number;
  seq: number;
  count: number;
}

/** The calls that a worker has been sent and has not begun, in order, still in the messages that brought them. */
export class Backlog {
  #lots: (Waiting | Row)[] = [];
  #next = 0;

  get isEmpty(): boolean {
    return this.#next === this.#lots.length;
  }

  /** Takes in the call at this place of a message; gives the place behind it. */
  addCall(wire: readonly unknown[], at: number, tasks: readonly KnownTask[]): number {
    const [seq, task, id, attempt, flags, length] = wire.slice(at + 1, at + 7) as number[];
    const behind = at + 7 + length!;
    const placed = (flags! & PLACED) !== 0;
    this.#lots.push({
      seq: seq!,
      task: tasks[task!]!,
      id: id!,
      attempt: attempt!,
      timed: (flags! & TIMED) !== 0,
      dir: placed ? (wire[behind] as string) : null,
      wire,
      at: at + 7,
      arity: -1,
    });
    return placed ? behind + 1 : behind;
  }

  /** The same for a row of calls. */
  addRow(wire: readonly unknown[], at: number, tasks: readonly KnownTask[]): number {
    const [seq, task, arity, count] = wire.slice(at + 1, at + 5) as [number, number, number, number];
    this.#lots.push({ wire, at: at + 5, task: tasks[task]!, arity, seq, count });
    return at + 5 + count * (1 + arity);
  }

  /** Takes out the first. */
  take(): Waiting {
    const lot = this.#lots[this.#next]!;
    if (!("count" in lot)) {
      this.#advance();
      return lot;
    }
    const { wire, at, task, arity, seq } = lot;
    lot.at += 1 + arity;
    lot.seq += 1;
    lot.count -= 1;
    if (lot.count === 0) this.#advance();
    return { seq, task, id: wire[at] as number, attempt: 1, timed: false, dir: null, wire, at: at + 1, arity };
  }

  has(seq: number): boolean {
    return this.#lots.slice(this.#next).some(lot => seq >= lot.seq && seq < lot.seq + ("count" in lot ? lot.count : 1));
  }

  #advance(): void {
    this.#next += 1;
    if (!this.isEmpty && this.#next < DONE) return;
    this.#lots = this.#lots.slice(this.#next);
    this.#next = 0;
  }
}
