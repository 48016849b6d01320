import { containerKind } from "../../codec/containers.ts";
import { OptionError } from "../../errors.ts";
import { MadeTarget } from "../declare/registry.ts";
import type { Made } from "./job.ts";

/**
 * The targets in what a target has returned, in arrays and objects, and the rest of it: nothing in their places.
 *
 * @throws OptionError for targets where they are not looked for.
 */
export function returnedIn(
  value: unknown,
  by: string,
): { readonly rest: unknown; readonly returned: Made["returned"] } {
  const returned: Made["returned"][number][] = [];
  const holds = holderOf(by);
  const without = (part: unknown): unknown => {
    if (part instanceof MadeTarget) {
      const { identity, module } = part.family.definition;
      returned.push({ family: identity, module, member: part.member, parameters: part.parameters ?? [] });
      return undefined;
    }
    return holds(part) ? mapped(part, without) : part;
  };
  return { rest: without(value), returned };
}

/** Tells which containers hold targets, each looked at once, as structures may share parts and go in circles. */
function holderOf(by: string): (value: unknown) => value is object {
  const known = new Map<object, boolean>();
  const holds = (value: unknown): value is object => {
    if (typeof value !== "object" || value === null) return false;
    const before = known.get(value);
    if (before !== undefined) return before;
    known.set(value, false);
    const kind = containerKind(value);
    if (kind === "map" || kind === "set") {
      const parts = [
        ...(value as ReadonlyMap<unknown, unknown>).values(),
        ...(value as ReadonlyMap<unknown, unknown>).keys(),
      ];
      const held = parts.find(part => part instanceof MadeTarget || holds(part));
      if (held !== undefined) throw misplaced(by, held, kind);
    }
    const found =
      (kind === "array" || kind === "object") &&
      Object.values(value).some(part => part instanceof MadeTarget || holds(part));
    known.set(value, found);
    return found;
  };
  return holds;
}

function mapped(value: object, give: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(give);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, give(part)]));
}

function misplaced(by: string, held: unknown, kind: "map" | "set"): Error {
  const what = held instanceof MadeTarget ? held.name : "a container with targets";
  const problem = `it has returned ${what} in a ${kind === "map" ? "Map" : "Set"}, in which targets are not looked for`;
  return new OptionError({ where: `target "${by}"`, problem, hint: "Return targets in arrays or objects." });
}
