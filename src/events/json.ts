import { inspect } from "node:util";
import type { HeddleEvent } from "./event.ts";

/** An event as JSON text on one line. What JSON cannot hold in a log line's data is written as its inspection. */
export function eventJson(event: HeddleEvent): string {
  return jsonText(event);
}

/** The same for an event in another form, such as one with packed columns. */
export function jsonText(value: object): string {
  // Node's readline takes U+2028 and U+2029 for line ends, although JSON does not escape them.
  return stringified(value).replace(/[\u2028\u2029]/g, end => (end === "\u2028" ? "\\u2028" : "\\u2029"));
}

function stringified(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return JSON.stringify({ ...value, data: inspected((value as { data?: unknown }).data) });
  }
}

function inspected(value: unknown): string {
  try {
    return inspect(value, { depth: 4 });
  } catch {
    return "a value that cannot be read";
  }
}
