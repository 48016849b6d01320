/**
 * The inputs of one call in a flat message: what was captured when it was submitted, with holes, and then what fills
 * the holes, one slot a future. The results of other calls are handed on as they are, without being decoded.
 */
import { unpack, unpackInputs } from "../codec/pack.ts";
import type { PackedInputs, PackedValue } from "../codec/packed.ts";
import { type Cursor, fromWire, inputsFromWire, inputsToWire, toWire } from "../codec/wire.ts";

/** The value of one future, or the values of a list of futures. */
export type Slot = PackedValue | readonly PackedValue[];

/** Stands where the kind of a packed value would, and is none of those. */
const LIST = -1;

/** Appends inputs and slots to a message; `shares` as in `toWire`. */
export function writeInputs(inputs: PackedInputs, slots: readonly Slot[], wire: unknown[], shares: boolean): void {
  inputsToWire(inputs, wire, shares);
  wire.push(slots.length);
  for (const slot of slots) {
    if (isList(slot)) {
      wire.push(LIST, slot.length);
      for (const item of slot) toWire(item, wire, shares);
    } else toWire(slot, wire, shares);
  }
}

/** Reads and decodes what `writeInputs` wrote: the arguments for the task's function. */
export function readInputs(wire: readonly unknown[], cursor: Cursor): unknown[] {
  const inputs = inputsFromWire(wire, cursor);
  const count = wire[cursor.at++] as number;
  const slots: unknown[] = [];
  for (let i = 0; i < count; i += 1) slots.push(readSlot(wire, cursor));
  return unpackInputs(inputs, slots);
}

function readSlot(wire: readonly unknown[], cursor: Cursor): unknown {
  if (wire[cursor.at] !== LIST) return unpack(fromWire(wire, cursor));
  const length = wire[cursor.at + 1] as number;
  cursor.at += 2;
  const values: unknown[] = [];
  for (let i = 0; i < length; i += 1) values.push(unpack(fromWire(wire, cursor)));
  return values;
}

function isList(slot: Slot): slot is readonly PackedValue[] {
  return Array.isArray(slot);
}
