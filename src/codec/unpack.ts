import { ProtocolError } from "../errors.ts";
import type { Large } from "./large.ts";
import { Hole, Packed, type PackedInputs, type PackedValue } from "./packed.ts";
import { decodeClone } from "./revive.ts";
import { messageOf } from "./uncloneable.ts";

/**
 * Decodes a value; each time a new one.
 *
 * @throws SerializerError if an instance in it cannot be decoded here.
 * @throws ProtocolError if the bytes are damaged.
 */
export function unpack(packed: PackedValue): unknown {
  return packed instanceof Packed ? decode(packed, []) : packed;
}

/** The same, in which files are still marked as such. */
export function unpackMarked(packed: PackedValue): unknown {
  return packed instanceof Packed ? decode(packed, [], true) : packed;
}

/** The inputs of a call, with the decoded values of their slots in the places of the holes. */
export function unpackInputs(inputs: PackedInputs, slots: readonly unknown[]): unknown[] {
  if (inputs instanceof Packed) return decode(inputs, slots) as unknown[];
  return inputs.map(item => (item instanceof Hole ? slots[item.slot] : unpack(item)));
}

const NONE: readonly Large[] = [];

function decode({ tag, data, large }: Packed, slots: readonly unknown[], marks = false): unknown {
  if (tag !== "json") return decodeClone(data as Uint8Array, slots, marks, large ?? NONE);
  try {
    return JSON.parse(data as string) as unknown;
  } catch (cause) {
    throw new ProtocolError({ from: "the other side", problem: messageOf(cause) }, { cause });
  }
}
