import { inspect } from "node:util";

/** Deeper values take the other road, which knows no depth. */
const MAX_DEPTH = 256;

/** The objects that were met so far; a handful is searched faster than hashed. */
export class Seen {
  readonly #few: object[] = [];
  #many: Set<object> | null = null;

  /** False if the object was there already. */
  add(value: object): boolean {
    if (this.#many !== null) {
      if (this.#many.has(value)) return false;
      this.#many.add(value);
      return true;
    }
    if (this.#few.includes(value)) return false;
    this.#few.push(value);
    if (this.#few.length === 12) this.#many = new Set(this.#few);
    return true;
  }
}

/**
 * Whether JSON keeps an object exactly: plain objects and arrays of strings, finite numbers but -0, booleans and null,
 * each object met once. As in a structured clone, symbol keys do not count and accessors count as their values.
 */
export function keepsAsJson(value: object, seen: Seen, depth = 0): boolean {
  if (depth > MAX_DEPTH || !seen.add(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) {
    if (!Array.isArray(value)) return false;
    for (let i = 0; i < value.length; i++) {
      if (!keepsPart(value[i], seen, depth)) return false;
    }
    return hasNoNames(value) || Object.keys(value).length === value.length;
  }
  if (prototype !== Object.prototype || Array.isArray(value)) return false;
  for (const key in value) {
    if (!keepsPart((value as Record<string, unknown>)[key], seen, depth)) return false;
  }
  return true;
}

function keepsPart(part: unknown, seen: Seen, depth: number): boolean {
  switch (typeof part) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return part === 0 ? 1 / part > 0 : part - part === 0;
    case "object":
      return part === null || keepsAsJson(part, seen, depth + 1);
    default:
      return false;
  }
}

const PROPERTIES_ONLY = { depth: 0, maxArrayLength: 0, customInspect: false, compact: 3, breakLength: Infinity };

/** Whether an array has no named properties, as the matches of a regular expression have; false if in doubt. */
export function hasNoNames(array: readonly unknown[]): boolean {
  const { length } = array;
  if (length <= 24) {
    const keys = Object.keys(array);
    return keys.length === 0 || isIndex(keys[keys.length - 1]!);
  }
  // Listing the keys of a long array costs more than encoding it; `inspect` can ask V8 for the named ones alone.
  return inspect(array, PROPERTIES_ONLY) === `[ ... ${length} more items ]`;
}

// Keys that are indices come before all others.
function isIndex(key: string): boolean {
  return key.charCodeAt(0) <= 57 && key.charCodeAt(0) >= 48 && String(Number(key) >>> 0) === key;
}
