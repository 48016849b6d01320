import { inspect } from "node:util";
import type { ErrorFacts } from "./event.ts";

const deepest = 8;
const mostMembers = 20;
/** Of one error altogether: nested aggregates multiply. */
const mostErrors = 60;
const longestText = 32_768;

/**
 * What a report needs of an error, as plain data.
 *
 * It never throws, whatever it is given: getters that throw, circular causes, proxies, values that are no errors.
 */
export function errorFacts(error: unknown): ErrorFacts {
  return (
    factsOf(error, { above: new Set(), left: mostErrors }) ?? {
      name: "NonError",
      message: "a value that cannot be read",
    }
  );
}

interface Walk {
  /** The errors between the outermost and this one, which a circular cause would meet again. */
  readonly above: Set<object>;
  left: number;
}

function factsOf(error: unknown, walk: Walk): ErrorFacts | undefined {
  const { above } = walk;
  if (!isErrorLike(error)) return { name: "NonError", message: shown(error) };
  if (above.has(error) || above.size > deepest || walk.left-- <= 0) return undefined;
  above.add(error);
  const stack = read(error, "stack");
  const code = read(error, "code");
  const cause = read(error, "cause");
  const errors = read(error, "errors");
  const causeFacts = cause === undefined || cause === null ? undefined : factsOf(cause, walk);
  const members = isArray(errors) ? membersOf(errors, walk) : [];
  above.delete(error);
  return {
    name: nameOf(error),
    message: cut(text(read(error, "message")) ?? ""),
    ...(typeof stack === "string" && { stack: cut(stack) }),
    ...((typeof code === "string" || typeof code === "number") && { code: String(code) }),
    ...(causeFacts !== undefined && { cause: causeFacts }),
    ...(members.length > 0 && { errors: members }),
  };
}

function membersOf(errors: readonly unknown[], walk: Walk): ErrorFacts[] {
  const members: ErrorFacts[] = [];
  try {
    for (const error of errors.slice(0, mostMembers)) {
      const facts = factsOf(error, walk);
      if (facts !== undefined) members.push(facts);
    }
  } catch {
    // A hostile array: what was read before is kept.
  }
  return members;
}

function nameOf(error: object): string {
  return text(read(error, "name")) || text(read(read(error, "constructor"), "name")) || "Error";
}

function isErrorLike(value: unknown): value is object {
  try {
    return (
      value instanceof Error ||
      (typeof value === "object" && value !== null && typeof read(value, "message") === "string")
    );
  } catch {
    return false;
  }
}

function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

function read(from: unknown, key: string): unknown {
  if ((typeof from !== "object" && typeof from !== "function") || from === null) return undefined;
  try {
    return Reflect.get(from, key);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value === "string" ? value : shown(value);
}

function shown(value: unknown): string {
  try {
    return cut(inspect(value, { depth: 2, maxArrayLength: 20, maxStringLength: 1000, breakLength: 100 }));
  } catch {
    return "a value that cannot be read";
  }
}

function cut(value: string): string {
  return value.length <= longestText ? value : `${value.slice(0, longestText)}… (${value.length} characters)`;
}
