import { types } from "node:util";
import { ProtocolError } from "../errors.ts";
import { hasFiles } from "./file-table.ts";
import { Large, whole } from "./large.ts";
import { Hole, Packed, type PackedInputs, type PackedTag, type PackedValue } from "./packed.ts";

/** Where reading has got to in a flat message. */
export interface Cursor {
  at: number;
}

const PRIMITIVE = 0;
const HOLE = 4;
const LIST = 5;
/** Added to what follows if there are large arrays beside the bytes. */
const WITH_LARGE = 8;
const TAGS: readonly (PackedTag | undefined)[] = [undefined, "json", "clone", "marked"];
const MARKED = TAGS.indexOf("marked");

/**
 * Appends a packed value to a message as two flat entries: a number that says what it is, and its payload.
 *
 * @param shares Who reads it shares this memory, so that large arrays need not be among the bytes.
 */
export function toWire(packed: PackedValue, wire: unknown[], shares = false): void {
  if (!(packed instanceof Packed)) wire.push(PRIMITIVE, packed);
  else if (packed.large === null) wire.push(TAGS.indexOf(packed.tag), packed.data);
  else if (shares) largeToWire(packed, packed.large, wire);
  else toWire(whole(packed), wire);
}

function largeToWire({ tag, data }: Packed, large: readonly Large[], wire: unknown[]): void {
  wire.push(TAGS.indexOf(tag) + WITH_LARGE, data, large.length);
  for (const part of large) {
    // What cannot be read is not sent either.
    wire.push(part.bytes.buffer, part.offset, part.length, part.at, part.viewed);
  }
}

/** Reads the packed value at the cursor, without decoding it, and moves the cursor behind it. */
export function fromWire(wire: readonly unknown[], cursor: Cursor): PackedValue {
  const tag = wire[cursor.at];
  const payload = wire[cursor.at + 1];
  cursor.at += 2;
  if (tag === PRIMITIVE) return payload as PackedValue;
  return packedOf(tag, payload, wire, cursor);
}

/** Appends the inputs of a call: an encoded list as `toWire` does, else the list's length and its items. */
export function inputsToWire(inputs: PackedInputs, wire: unknown[], shares = false): void {
  if (inputs instanceof Packed) {
    toWire(inputs, wire, shares);
    return;
  }
  wire.push(LIST, inputs.length);
  for (const item of inputs) {
    if (item instanceof Hole) wire.push(HOLE, item.slot);
    else toWire(item, wire, shares);
  }
}

/** Reads what `inputsToWire` wrote. */
export function inputsFromWire(wire: readonly unknown[], cursor: Cursor): PackedInputs {
  const tag = wire[cursor.at];
  const payload = wire[cursor.at + 1];
  cursor.at += 2;
  if (tag !== LIST) return packedOf(tag, payload, wire, cursor);
  const items: (PackedValue | Hole)[] = [];
  for (let i = 0; i < (payload as number); i++) {
    if (wire[cursor.at] === HOLE) {
      items.push(new Hole(wire[cursor.at + 1] as number));
      cursor.at += 2;
    } else items.push(fromWire(wire, cursor));
  }
  return items;
}

function packedOf(tag: unknown, payload: unknown, wire: readonly unknown[], cursor: Cursor): Packed {
  const bare = TAGS[tag as number];
  const name = bare ?? TAGS[(tag as number) - WITH_LARGE];
  if (name === undefined || (name === "json" ? typeof payload !== "string" : !ArrayBuffer.isView(payload))) {
    throw unreadable(`no packed value begins with ${String(tag)}`);
  }
  const data = payload as string | Uint8Array;
  return bare === undefined ? new Packed(name, data, largeFromWire(wire, cursor)) : new Packed(name, data);
}

function largeFromWire(wire: readonly unknown[], cursor: Cursor): Large[] {
  const large: Large[] = [];
  for (let count = wire[cursor.at++] as number; count > 0; count -= 1) {
    if (!types.isAnyArrayBuffer(wire[cursor.at])) throw unreadable("a large array is missing");
    const [memory, offset, length, at, viewed] = wire.slice(cursor.at, cursor.at + 5) as ConstructorParameters<
      typeof Large
    >;
    large.push(new Large(memory, offset, length, at, viewed));
    cursor.at += 5;
  }
  return large;
}

/** The packed values in a message that name files, each with the place of its bytes: no other two entries look so. */
export function* valuesWithFiles(
  wire: readonly unknown[],
  from = 0,
): Generator<readonly [place: number, packed: Packed]> {
  for (let at = from + 1; at < wire.length; at++) {
    const data = wire[at];
    if (wire[at - 1] !== MARKED || !(data instanceof Uint8Array)) continue;
    const packed = new Packed("marked", data);
    if (hasFiles(packed)) yield [at, packed];
  }
}

function unreadable(problem: string): Error {
  return new ProtocolError({ from: "the other side", problem });
}
