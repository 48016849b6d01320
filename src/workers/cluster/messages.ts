import { encodeFrame } from "../../codec/frames.ts";
import { type Keeper, referenceIn } from "./references.ts";

/** Bytes for a worker: a message, the places in it where values are missing that come beside it, and their number. */
export function message(wire: readonly unknown[], places: readonly number[] = []): Uint8Array {
  return Buffer.concat(encodeFrame([...wire, ...places, places.length]));
}

/** The places in a message that refer to values of this keeper, and to which; nothing is left of the references. */
export function takeReferences(wire: unknown[], keeper: Keeper): { places: number[]; refs: number[] } {
  const places: number[] = [];
  const refs: number[] = [];
  for (const [i, entry] of wire.entries()) {
    const ref = referenceIn(entry, keeper);
    if (ref === null) continue;
    wire[i] = null;
    places.push(i - 1);
    refs.push(ref);
  }
  return { places, refs };
}
