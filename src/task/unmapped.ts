import { oneClass } from "../codec/one-class.ts";
import type { Unmapped } from "./types.ts";

/** What `unmapped` makes; the run gives its value to every call of the map. */
class Unmap {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

export const UnmappedInput = oneClass("UnmappedInput", Unmap);

/**
 * In a map: gives the whole value to every call, instead of one element to each.
 *
 * @example
 * add.map([1, 2, 3], unmapped(5)); // 6, 7, 8
 */
export function unmapped<T>(value: T): Unmapped<T> {
  return new UnmappedInput(value) as unknown as Unmapped<T>;
}
