import { types } from "node:util";

/** Whether two values have the same content and the same sharing: what is one object in one is one in the other. */
export function sameShape(left: unknown, right: unknown): boolean {
  const pairs = new Map<object, object>();
  const back = new Map<object, object>();
  const same = (a: unknown, b: unknown): boolean => {
    if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return Object.is(a, b);
    if (pairs.has(a) || back.has(b)) return pairs.get(a) === b && back.get(b) === a;
    pairs.set(a, b);
    back.set(b, a);
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (types.isMap(a)) return list([...a].flat(), [...(b as Map<unknown, unknown>)].flat());
    if (types.isSet(a)) return list([...a], [...(b as Set<unknown>)]);
    if (types.isDate(a)) return Object.is(a.getTime(), (b as Date).getTime());
    if (types.isRegExp(a)) return String(a) === String(b);
    if (types.isAnyArrayBuffer(a)) return Buffer.from(a).equals(Buffer.from(b as ArrayBuffer));
    if (ArrayBuffer.isView(a)) return bytes(a).equals(bytes(b as ArrayBufferView));
    if (types.isBoxedPrimitive(a)) return Object.is(a.valueOf(), b.valueOf());
    if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
    const keys = Object.keys(a);
    return list(keys, Object.keys(b)) && keys.every(key => same(Reflect.get(a, key), Reflect.get(b, key)));
  };
  const list = (a: unknown[], b: unknown[]): boolean => a.length === b.length && a.every((part, i) => same(part, b[i]));
  return same(left, right);
}

function bytes(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
