import { FileMark } from "../codec/file.ts";
import { hasFiles } from "../codec/file-table.ts";
import { withoutMarks } from "../codec/handed-over.ts";
import { unpack, unpackMarked } from "../codec/pack.ts";
import { Packed } from "../codec/packed.ts";
import { KeptList } from "./kept.ts";
import { StoredValue } from "./stored.ts";

const decoded = new WeakMap<object, { readonly value: unknown }>();

/** A value that is still encoded, or has parts that are. */
export function isKept(raw: unknown): raw is Packed | KeptList | StoredValue {
  return raw instanceof Packed || raw instanceof KeptList || raw instanceof StoredValue;
}

export function namesFiles(raw: unknown): boolean {
  if (raw instanceof KeptList) return FileMark.any || raw.values.some(namesFiles);
  const packed = raw instanceof StoredValue ? raw.packed : raw;
  return packed instanceof Packed && hasFiles(packed);
}

export function markedOf(raw: unknown): unknown {
  if (raw instanceof KeptList) return raw.values.map(markedOf);
  const packed = raw instanceof StoredValue ? raw.packed : raw;
  return packed instanceof Packed ? unpackMarked(packed) : packed;
}

/** All who ask for a value get the same one. */
export function decodedOnce(raw: object): unknown {
  let live = decoded.get(raw);
  if (live === undefined) {
    live = { value: raw instanceof KeptList ? raw.values.map(liveOf) : liveOf(raw) };
    decoded.set(raw, live);
  }
  return live.value;
}

function liveOf(raw: unknown): unknown {
  const packed = raw instanceof StoredValue ? raw.toDecode : raw;
  return packed instanceof Packed ? unpack(packed) : withoutMarks(packed);
}
