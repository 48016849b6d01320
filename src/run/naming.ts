import type { AnyOptions } from "../task/definition.ts";

/** What the display calls a call, by its task's template or function; undefined where it has none. */
export function nameOfCall(options: AnyOptions, inputs: readonly unknown[]): string | undefined {
  const { callName } = options;
  if (callName === undefined) return undefined;
  if (typeof callName === "function") return String((callName as (...inputs: unknown[]) => unknown)(...inputs));
  return callName.replace(/\{([^{}]+)\}/g, (_, path: string) => shownPart(inputs, path));
}

function shownPart(inputs: readonly unknown[], path: string): string {
  let part: unknown = inputs;
  for (const key of path.split(".")) {
    if (part === null || part === undefined) return "…";
    part = Reflect.get(Object(part), key);
  }
  return typeof part === "object" && part !== null ? "…" : String(part);
}
