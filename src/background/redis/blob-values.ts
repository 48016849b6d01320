/** Packed values in messages that lie beside Redis, and what stands in their places: one that nothing encodes to. */
import { Packed, type PackedValue } from "../../codec/packed.ts";
import { readFrame } from "../../codec/whole-frame.ts";
import { fromWire, toWire } from "../../codec/wire.ts";
import { bytesOf } from "../../workers/envelope.ts";
import { type Ref, refBytes, refIn } from "./blob-ref.ts";

const FROM = "what lies beside Redis";

/** How large a part of a message is, as far as that matters. */
export function lengthOf(entry: unknown): number {
  if (entry instanceof Uint8Array) return entry.byteLength;
  return typeof entry === "string" ? entry.length : 0;
}

/** Where in a message the values are that have more bytes than that: the places of what follows what they are. */
export function largeIn(wire: readonly unknown[], above: number): number[] {
  const found: number[] = [];
  for (let at = 1; at < wire.length; at++) {
    if (lengthOf(wire[at]) > above && typeof wire[at - 1] === "number") found.push(at);
  }
  return found;
}

/** What of the value there is put away. */
export function contentAt(wire: readonly unknown[], at: number): Uint8Array {
  return bytesOf([wire[at - 1], wire[at]]);
}

/** Puts what refers to it in the place of the value. */
export function refer(wire: unknown[], at: number, ref: Ref): void {
  place(wire, at, new Packed("clone", refBytes(ref)));
}

/** Whether something in a message is no value, but refers to one. */
export function refers(wire: readonly unknown[]): boolean {
  return wire.some((_, at) => refAt(wire, at) !== null);
}

/** What stands there instead of a value; null if it is one. */
export function refAt(wire: readonly unknown[], at: number): Ref | null {
  const entry = wire[at];
  return entry instanceof Uint8Array && typeof wire[at - 1] === "number" ? refIn(entry) : null;
}

/** What a value refers to that is none itself. */
export function refOf(value: unknown): Ref | null {
  return value instanceof Packed && value.tag === "clone" ? refIn(value.data as Uint8Array) : null;
}

/** @throws ProtocolError */
export function valueIn(content: Uint8Array): PackedValue {
  return fromWire(readFrame(content, FROM), { at: 0 });
}

/** Puts the value into its place. */
export function place(wire: unknown[], at: number, value: PackedValue): void {
  const pair: unknown[] = [];
  toWire(value, pair);
  [wire[at - 1], wire[at]] = pair;
}
