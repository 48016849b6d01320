/** What a flow returned, as text. */
import { inspect } from "node:util";

/** For a person and for pipes: strings as they are, else JSON, else what `util.inspect` shows; null for undefined. */
export function resultText(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  return isJson(value) ? JSON.stringify(value, null, 2) : readable(value);
}

/** For `--json`: the value itself where JSON can hold it, else its text under `shown`. */
export function resultFields(value: unknown): { readonly value: unknown } | { readonly shown: string } {
  if (value === undefined) return { value: null };
  return isJson(value) ? { value } : { shown: readable(value) };
}

/** Everything, however long or deep: a result is often piped on. */
function readable(value: unknown): string {
  return inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null, breakLength: 100 });
}

/** Whether JSON text would give this value back, save for properties that are undefined. */
function isJson(value: unknown): boolean {
  try {
    return holds(value, new Set());
  } catch {
    // A getter that throws, a revoked proxy, or a depth at which JSON.stringify would give up too.
    return false;
  }
}

function holds(value: unknown, above: Set<object>): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || above.has(value)) return false;
  above.add(value);
  const all = Array.isArray(value)
    ? value.every(part => holds(part, above))
    : isPlain(value) && partsHold(value, above);
  above.delete(value);
  return all;
}

function partsHold(value: object, above: Set<object>): boolean {
  return Object.values(value).every(part => part === undefined || holds(part, above));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    !("toJSON" in value) &&
    Object.getOwnPropertySymbols(value).length === 0
  );
}
