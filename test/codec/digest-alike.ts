import { types } from "node:util";

/**
 * Whether a task could not tell two values apart, but for the order of plain keys and, where nothing is part of itself,
 * the sharing of equal parts. Slow and simple, to check marks against.
 */
export function alike(left: unknown, right: unknown): boolean {
  const cyclic = isCyclic(left);
  if (cyclic !== isCyclic(right)) return false;
  const pairs = new Map<object, object>();
  const back = new Map<object, object>();
  const same = (a: unknown, b: unknown): boolean => {
    if (!isObject(a) || !isObject(b)) return Object.is(a, b);
    if (isContainer(a) && cyclic) {
      if (pairs.has(a) || back.has(b)) return pairs.get(a) === b && back.get(b) === a;
      pairs.set(a, b);
      back.set(b, a);
    }
    if ((Object.getPrototypeOf(a) ?? Object.prototype) !== (Object.getPrototypeOf(b) ?? Object.prototype)) return false;
    if (types.isMap(a)) return list([...a].flat(), [...(b as Map<unknown, unknown>)].flat());
    if (types.isSet(a)) return list([...a], [...(b as Set<unknown>)]);
    if (types.isDate(a)) return Object.is(a.getTime(), (b as Date).getTime());
    if (types.isRegExp(a)) return String(a) === String(b);
    if (types.isBoxedPrimitive(a)) return Object.is(a.valueOf(), b.valueOf());
    if (types.isArrayBuffer(a)) return Buffer.from(a).equals(Buffer.from(b as ArrayBuffer));
    if (ArrayBuffer.isView(a)) return bytes(a).equals(bytes(b as ArrayBufferView));
    if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
    const keys = Object.keys(a).sort();
    return list(keys, Object.keys(b).sort()) && keys.every(key => same(Reflect.get(a, key), Reflect.get(b, key)));
  };
  const list = (a: unknown[], b: unknown[]): boolean => a.length === b.length && a.every((part, i) => same(part, b[i]));
  // The same in the order in which parts are met.
  return same(sortedCopy(left), sortedCopy(right));
}

export function isCyclic(value: unknown): boolean {
  const open = new Set<object>();
  const closed = new Set<object>();
  const visit = (at: unknown): boolean => {
    if (!isObject(at) || closed.has(at)) return false;
    if (open.has(at)) return true;
    open.add(at);
    const found = parts(at).some(visit);
    open.delete(at);
    closed.add(at);
    return found;
  };
  return visit(value);
}

/** A copy, sharing kept, whose plain keys have another order: that which `order` gives. */
export function reordered(value: unknown, order: (keys: string[]) => string[]): unknown {
  const copies = new Map<object, object>();
  const copy = (at: unknown): unknown => {
    if (!isObject(at) || !isContainer(at)) return at;
    const known = copies.get(at);
    if (known !== undefined) return known;
    const into: object = Array.isArray(at) ? new Array(at.length) : new (at.constructor as ObjectConstructor)();
    copies.set(at, into);
    if (at instanceof Map) for (const [key, part] of at) (into as Map<unknown, unknown>).set(copy(key), copy(part));
    else if (at instanceof Set) for (const part of at) (into as Set<unknown>).add(copy(part));
    else
      for (const key of order(Object.keys(at))) {
        const plain = { enumerable: true, writable: true, configurable: true };
        Object.defineProperty(into, key, { ...plain, value: copy(Reflect.get(at, key)) });
      }
    return into;
  };
  return copy(value);
}

const sortedCopy = (value: unknown) => reordered(value, keys => keys.sort());

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isContainer(value: object): boolean {
  return [Array, Map, Set, Object].some(Class => Object.getPrototypeOf(value) === Class.prototype);
}

function parts(value: object): unknown[] {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  return isContainer(value) ? Object.keys(value).map(key => Reflect.get(value, key)) : [];
}

function bytes(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
