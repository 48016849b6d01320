import { withoutMarks } from "../codec/handed-over.ts";
import { pack, unpack } from "../codec/pack.ts";
import { Packed, type PackedValue } from "../codec/packed.ts";
import type { Slot } from "../workers/inputs.ts";
import type { FutureBase } from "./future.ts";
import { loadAll, StoredValue } from "./stored.ts";

const encoded = new WeakMap<object, Slot>();

/** The value of a completed future in the form in which it is sent; encoded once. */
export function keptPacked(future: FutureBase): Slot {
  const { kept: held, id } = future;
  const kept = held instanceof StoredValue ? held.packed : held;
  if (kept instanceof Packed || (typeof kept !== "object" && typeof kept !== "function")) return packedOf(kept, id);
  const known = encoded.get(future);
  if (known !== undefined) return known;
  const packed = kept instanceof KeptList ? kept.values.map(value => packedOf(value, id)) : packedOf(kept, id);
  encoded.set(future, packed);
  return packed;
}

/** The results of a map, each as it is kept: live, or still encoded. */
export class KeptList {
  readonly values: readonly unknown[];
  constructor(values: readonly unknown[]) {
    this.values = values;
  }

  async load(): Promise<void> {
    await loadAll(this.unloaded);
  }

  get unloaded(): readonly StoredValue[] {
    return this.values.filter(value => value instanceof StoredValue).filter(value => !value.isLoaded);
  }
}

export function packedOf(value: unknown, task = "a call"): PackedValue {
  if (value instanceof StoredValue) return value.packed;
  return value instanceof Packed ? value : pack(value, { task, role: "result" });
}

/** A result as users see it. */
export function liveValue(raw: unknown): unknown {
  const kept = raw instanceof StoredValue ? raw.packed : raw;
  return kept instanceof Packed ? unpack(kept) : withoutMarks(kept);
}
