import { unpack, unpackInputs } from "./pack.ts";
import type { PackedInputs, PackedValue } from "./packed.ts";
import { type Cursor, fromWire, inputsFromWire, inputsToWire, toWire } from "./wire.ts";

/** What fills a hole in a call's inputs: a value, or the values of a whole list, each as it was encoded. */
export type Slot = PackedValue | readonly PackedValue[];

const SINGLE = -1;

/** Appends a call's inputs with what fills their holes; `readInputs` is the far side. */
export function writeInputs(inputs: PackedInputs, slots: readonly Slot[], wire: unknown[]): void {
  inputsToWire(inputs, wire);
  wire.push(slots.length);
  for (const slot of slots) {
    if (isList(slot)) {
      wire.push(slot.length);
      for (const part of slot) toWire(part, wire);
    } else {
      wire.push(SINGLE);
      toWire(slot, wire);
    }
  }
}

/** Reads and decodes what `writeInputs` wrote. */
export function readInputs(wire: readonly unknown[], cursor: Cursor): unknown[] {
  const inputs = inputsFromWire(wire, cursor);
  const count = wire[cursor.at++] as number;
  const slots: unknown[] = [];
  for (let i = 0; i < count; i++) slots.push(readSlot(wire, cursor));
  return unpackInputs(inputs, slots);
}

function readSlot(wire: readonly unknown[], cursor: Cursor): unknown {
  const length = wire[cursor.at++] as number;
  if (length === SINGLE) return unpack(fromWire(wire, cursor));
  const parts: unknown[] = [];
  for (let i = 0; i < length; i++) parts.push(unpack(fromWire(wire, cursor)));
  return parts;
}

function isList(slot: Slot): slot is readonly PackedValue[] {
  return Array.isArray(slot);
}
