import { type ContainerKind, containerKind } from "./containers.ts";

/** Stands in a structure that is being decoded for a primitive, in a place where only an object can be decoded. */
export class Slot {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Puts the values of slots into a structure that has just been decoded, in place. `others` are not looked into. */
export function fillSlots(root: unknown, others: readonly unknown[]): unknown {
  const filled = (part: unknown): unknown => (part instanceof Slot ? part.value : part);
  const seen = new Set<unknown>(others);
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const at = stack.pop();
    if (typeof at !== "object" || at === null || seen.has(at)) continue;
    seen.add(at);
    const kind = containerKind(at);
    if (kind !== null) stack.push(...refill(at, kind, filled));
  }
  return filled(root);
}

function refill(container: object, kind: ContainerKind, filled: (part: unknown) => unknown): unknown[] {
  if (kind === "map") {
    const map = container as Map<unknown, unknown>;
    const entries = [...map];
    if (entries.some(([key, value]) => key instanceof Slot || value instanceof Slot)) {
      map.clear();
      for (const [key, value] of entries) map.set(filled(key), filled(value));
    }
    return entries.flat();
  }
  if (kind === "set") {
    const set = container as Set<unknown>;
    const items = [...set];
    if (items.some(item => item instanceof Slot)) {
      set.clear();
      for (const item of items) set.add(filled(item));
    }
    return items;
  }
  const parts: unknown[] = [];
  for (const key of Object.keys(container)) {
    const part: unknown = Reflect.get(container, key);
    if (part instanceof Slot) {
      Object.defineProperty(container, key, {
        value: filled(part),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } else parts.push(part);
  }
  return parts;
}
