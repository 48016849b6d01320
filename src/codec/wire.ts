import { ProtocolError } from "../errors.ts";
import { Hole, Packed, type PackedInputs, type PackedTag, type PackedValue } from "./packed.ts";

/** Where reading has got to in a flat message. */
export interface Cursor {
  at: number;
}

const PRIMITIVE = 0;
const HOLE = 4;
const LIST = 5;
const TAGS: readonly (PackedTag | undefined)[] = [undefined, "json", "clone", "marked"];

/** Appends a packed value to a message as two flat entries: a number that says what it is, and its payload. */
export function toWire(packed: PackedValue, wire: unknown[]): void {
  if (packed instanceof Packed) wire.push(TAGS.indexOf(packed.tag), packed.data);
  else wire.push(PRIMITIVE, packed);
}

/** Reads the packed value at the cursor, without decoding it, and moves the cursor behind it. */
export function fromWire(wire: readonly unknown[], cursor: Cursor): PackedValue {
  const tag = wire[cursor.at];
  const payload = wire[cursor.at + 1];
  cursor.at += 2;
  if (tag === PRIMITIVE) return payload as PackedValue;
  return packedOf(tag, payload);
}

/** Appends the inputs of a call: an encoded list as `toWire` does, else the list's length and its items. */
export function inputsToWire(inputs: PackedInputs, wire: unknown[]): void {
  if (inputs instanceof Packed) {
    toWire(inputs, wire);
    return;
  }
  wire.push(LIST, inputs.length);
  for (const item of inputs) {
    if (item instanceof Hole) wire.push(HOLE, item.slot);
    else toWire(item, wire);
  }
}

/** Reads what `inputsToWire` wrote. */
export function inputsFromWire(wire: readonly unknown[], cursor: Cursor): PackedInputs {
  const tag = wire[cursor.at];
  const payload = wire[cursor.at + 1];
  cursor.at += 2;
  if (tag !== LIST) return packedOf(tag, payload);
  const items: (PackedValue | Hole)[] = [];
  for (let i = 0; i < (payload as number); i++) {
    if (wire[cursor.at] === HOLE) {
      items.push(new Hole(wire[cursor.at + 1] as number));
      cursor.at += 2;
    } else items.push(fromWire(wire, cursor));
  }
  return items;
}

function packedOf(tag: unknown, payload: unknown): Packed {
  const name = TAGS[tag as number];
  if (name === undefined || (name === "json") !== (typeof payload === "string")) {
    throw new ProtocolError({ from: "the other side", problem: `no packed value begins with ${String(tag)}` });
  }
  return new Packed(name, payload as string | Uint8Array);
}
