/**
 * Values to their encoded form. JSON where JSON keeps the value exactly, as it is five times faster for what is small;
 * else the bytes of a structured clone.
 *
 * As in a structured clone, identity of shared parts, cycles, holes, `-0`, and the order of Maps and Sets are kept;
 * objects without a prototype become plain ones, accessors become their values, and symbol keys stay behind. Unlike
 * there, a view takes only its own bytes along, and an instance of a class without serializer is an error.
 */
import { encodeClone } from "./clone.ts";
import { FileMark } from "./file.ts";
import { checkFile } from "./file-content.ts";
import { keepsAsJson, Seen } from "./json.ts";
import { Hole, Packed, type PackedInputs, type PackedValue, type Primitive } from "./packed.ts";
import { type Entry, inputsEntry, pathOf, rootEntry } from "./path.ts";
import type { Room } from "./room.ts";
import { Scan } from "./scan.ts";
import { sealed } from "./seal.ts";
import { Blocked, isStackOverflow, messageOf, type Subject, tooDeep, uncloneable } from "./uncloneable.ts";

export { unpack, unpackInputs, unpackMarked } from "./unpack.ts";
export type { Subject };

/** The slot of a future, or undefined for everything else; the same slot each time it is asked. */
export type SlotOf = (value: object) => number | undefined;

/**
 * Encodes a value, once, where it was made. Never changes it.
 *
 * @param room Where large arrays go; without it, among the bytes.
 * @throws UncloneableError that names the task, the path of the part that cannot travel, and the remedy.
 */
export function pack(value: unknown, subject: Subject, room: Room | null = null): PackedValue {
  if (isPrimitive(value)) return value;
  return packText(value, new Seen()) ?? packClone(rootEntry(value, subject.role), subject, null, room);
}

/**
 * Encodes the inputs of a call; each object for which `slotOf` gives a number becomes a hole.
 *
 * @throws UncloneableError
 */
export function packInputs(
  inputs: readonly unknown[],
  subject: Subject,
  slotOf: SlotOf,
  room: Room | null = null,
): PackedInputs {
  const items: (PackedValue | Hole)[] = [];
  // Shared by all inputs, as two that share a part must still share it on the other side.
  let seen: Seen | null = null;
  for (const input of inputs) {
    if (isPrimitive(input)) {
      items.push(input);
      continue;
    }
    const slot = typeof input === "object" && input !== null ? slotOf(input) : undefined;
    if (slot !== undefined) {
      items.push(new Hole(slot));
      continue;
    }
    if (input instanceof FileMark && subject.travels !== true) {
      items.push(packFile(input, items.length, subject));
      continue;
    }
    seen ??= new Seen();
    const text = packText(input, seen);
    if (text === null) return packClone(inputsEntry(inputs), subject, slotOf, room);
    items.push(text);
  }
  return items;
}

/** A task gets the path. */
function packFile(file: FileMark, index: number, subject: Subject): string {
  try {
    checkFile(file, subject, `input ${index}`);
    return file.path;
  } catch (error) {
    throw error instanceof Blocked ? error.error : error;
  }
}

/** What nobody can change travels as it is. */
export function isPrimitive(value: unknown): value is Primitive {
  switch (typeof value) {
    case "object":
      return value === null;
    case "function":
    case "symbol":
      return false;
    default:
      return true;
  }
}

function packText(value: unknown, seen: Seen): Packed | null {
  if (typeof value !== "object" || value === null) return null;
  try {
    return keepsAsJson(value, seen) ? new Packed("json", JSON.stringify(value)) : null;
  } catch {
    // A getter that throws, a text longer than a string can be: the other road says which, or takes it.
    return null;
  }
}

function packClone(root: Entry, subject: Subject, slotOf: SlotOf | null, room: Room | null): Packed {
  const scan = new Scan(subject, slotOf);
  try {
    scan.run(root);
    if (!scan.copies) {
      const { data, large } = encodeClone(root.value, undefined, room);
      return new Packed("clone", data, large);
    }
    const copy = sealed(root.value, scan.parts);
    const { data, large } = encodeClone(copy.value, copy.seals, room);
    return new Packed("marked", data, large);
  } catch (error) {
    if (error instanceof Blocked) throw error.error;
    throw uncloneable(
      subject,
      pathOf(root),
      isStackOverflow(error)
        ? tooDeep(error)
        : { kind: `refused by structured clone (${messageOf(error)})`, hint: "Pass plain data.", cause: error },
    );
  }
}
