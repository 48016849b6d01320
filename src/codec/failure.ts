import type { PackedValue } from "./packed.ts";
import type { Subject } from "./uncloneable.ts";

export function packError(error: unknown, subject: Subject): PackedValue {
  throw new Error(`not yet: ${String(error)} ${subject.task}`);
}
export function unpackError(packed: PackedValue): Error {
  throw new Error(`not yet: ${typeof packed}`);
}
