/**
 * Futures in structures that stay in this memory. Only plain containers are looked into, never instances of classes;
 * nothing recurses, so no depth of nesting overflows the stack.
 */
import { containerKind } from "./containers.ts";
import { Quote } from "./quote.ts";
import { empty, fill } from "./seal.ts";

/** Finds the futures of a structure, each once, in the order in which they stand in it. */
export function collect(value: unknown, isFuture: (x: object) => boolean, into: object[]): void {
  walk(value, child => {
    if (!isFuture(child)) return false;
    into.push(child);
    return true;
  });
}

/**
 * A structure with each future replaced by its value, and what was quoted unwrapped. What holds neither is not copied:
 * the same reference comes back.
 */
export function substitute(value: unknown, replacement: (x: object) => { value: unknown } | undefined): unknown {
  const replaced = new Map<object, { value: unknown }>();
  walk(value, child => {
    const found = replacement(child) ?? (child instanceof Quote ? { value: child.value } : undefined);
    if (found === undefined) return false;
    replaced.set(child, found);
    return true;
  });
  if (replaced.size === 0) return value;
  const copies = new Map<object, object>();
  for (const container of holders(value, replaced)) copies.set(container, emptyLike(container));
  const each = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    const found = replaced.get(part);
    return found === undefined ? (copies.get(part) ?? part) : found.value;
  };
  for (const [from, into] of copies) fill(into, from, each);
  return each(value);
}

/** The containers from which one of `targets` can be reached. */
function holders(root: unknown, targets: ReadonlyMap<object, unknown>): Set<object> {
  const parents = new Map<object, object[]>();
  walk(
    root,
    child => targets.has(child),
    (parent, child) => {
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [parent]);
      else known.push(parent);
    },
  );
  const found = new Set<object>();
  const stack = [...targets.keys()];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const parent of parents.get(at) ?? []) {
      if (found.has(parent)) continue;
      found.add(parent);
      stack.push(parent);
    }
  }
  return found;
}

/** Visits each object once, in order; `stop` tells what is not looked into. */
export function walk(
  root: unknown,
  stop: (x: object) => boolean,
  edge?: (parent: object, child: object) => void,
): void {
  if (typeof root !== "object" || root === null) return;
  const seen = new Set<object>();
  const stack: object[] = [root];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    if (stop(at)) continue;
    const from = stack.length;
    const parent = at;
    eachPart(at, part => {
      if (typeof part !== "object" || part === null) return;
      edge?.(parent, part);
      stack.push(part);
    });
    reverseFrom(stack, from);
  }
}

function eachPart(value: object, visit: (part: unknown) => void): void {
  const kind = containerKind(value);
  if (kind === null) return;
  if (kind === "map") {
    for (const [key, part] of value as Map<unknown, unknown>) {
      visit(key);
      visit(part);
    }
  } else if (kind === "set") for (const part of value as Set<unknown>) visit(part);
  else for (const key of Object.keys(value)) visit(Reflect.get(value, key));
}

function emptyLike(container: object): object {
  const kind = containerKind(container) ?? "object";
  const copy = empty(container, kind);
  if (kind !== "object") return copy;
  // A copy that stays in this memory keeps what a clone would lose.
  Object.setPrototypeOf(copy, Object.getPrototypeOf(container));
  for (const key of Object.getOwnPropertySymbols(container)) {
    Object.defineProperty(copy, key, Object.getOwnPropertyDescriptor(container, key)!);
  }
  return copy;
}

function reverseFrom(stack: object[], from: number): void {
  for (let low = from, high = stack.length - 1; low < high; low++, high--) {
    const object = stack[low]!;
    stack[low] = stack[high]!;
    stack[high] = object;
  }
}
