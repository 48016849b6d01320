import type { PackedInputs, PackedValue } from "./packed.ts";
import type { Subject } from "./uncloneable.ts";

export type { Subject };
export type SlotOf = (value: object) => number | undefined;

export function pack(value: unknown, subject: Subject): PackedValue {
  throw new Error(`not yet: ${String(value)} ${subject.task}`);
}
export function packInputs(inputs: readonly unknown[], subject: Subject, slotOf: SlotOf): PackedInputs {
  throw new Error(`not yet: ${inputs.length} ${subject.task} ${slotOf.length}`);
}
export function unpack(packed: PackedValue): unknown {
  throw new Error(`not yet: ${typeof packed}`);
}
export function unpackInputs(inputs: PackedInputs, slots: readonly unknown[]): unknown[] {
  throw new Error(`not yet: ${typeof inputs} ${slots.length}`);
}
