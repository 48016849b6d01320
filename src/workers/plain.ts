/**
 * Calls of one task in a row whose inputs are plain, and ends in a row whose values are, as one operation each: two
 * entries of a message a call, where an operation of its own takes eleven. A row grows for as long as nothing else is
 * appended to its message.
 */
import type { Primitive } from "../codec/packed.ts";
import type { Dispatch } from "../task/runner.ts";
import { CALLS, COMPLETED, ENDS, type Reports } from "./protocol.ts";

/** Nanoseconds a millisecond: whole numbers are shorter in a message than fractions. */
const NS = 1e6;

/** The row at the end of a message, if there is one. */
class Row {
  #wire: unknown[] | null = null;
  #end = 0;
  /** Where the number of its members stands. */
  #count = 0;

  /** Counts one more member, and is true, if the row of this message is still open. */
  goesOn(wire: unknown[]): boolean {
    if (this.#wire !== wire || this.#end !== wire.length) return false;
    (wire[this.#count] as number) += 1;
    return true;
  }

  /** The last entry of the message is the number of members of a new row: one. */
  begins(wire: unknown[]): void {
    this.#wire = wire;
    this.#count = wire.length - 1;
  }

  /** Its newest member has been appended. */
  endsHere(wire: unknown[]): void {
    this.#end = wire.length;
  }
}

/** Appends calls to messages. */
export class CallRow {
  readonly #row = new Row();
  #task = 0;
  #arity = 0;

  /** False if the call needs an operation of its own. */
  write(seq: number, task: number, call: Dispatch, wire: unknown[]): boolean {
    const inputs = call.attempt === 1 && call.timeout === 0 && call.dir === null ? call.plain : null;
    if (inputs === null) return false;
    const arity = inputs.length;
    if (this.#task !== task || this.#arity !== arity || !this.#row.goesOn(wire)) {
      wire.push(CALLS, seq, task, arity, 1);
      this.#row.begins(wire);
      this.#task = task;
      this.#arity = arity;
    }
    wire.push(call.id);
    for (let i = 0; i < arity; i += 1) wire.push(inputs[i]);
    this.#row.endsHere(wire);
    return true;
  }
}

/** Appends the ends of calls that completed. */
export class EndRow {
  readonly #row = new Row();
  #next = 0;

  write(seq: number, ms: number, value: Primitive, wire: unknown[]): void {
    if (this.#next !== seq || !this.#row.goesOn(wire)) {
      wire.push(ENDS, seq, 1);
      this.#row.begins(wire);
    }
    wire.push(Math.round(ms * NS), value);
    this.#row.endsHere(wire);
    this.#next = seq + 1;
  }
}

/** Hands on the ends of the row at this place of a message; gives the place behind it. */
export function readEnds(wire: readonly unknown[], at: number, reports: Pick<Reports, "ended">): number {
  const seq = wire[at + 1] as number;
  const count = wire[at + 2] as number;
  const first = at + 3;
  for (let i = 0; i < count; i += 1) {
    reports.ended(seq + i, COMPLETED, (wire[first + 2 * i] as number) / NS, wire[first + 2 * i + 1] as Primitive);
  }
  return first + 2 * count;
}
