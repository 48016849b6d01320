/**
 * Where two values differ, structurally: what keys tell apart is told apart here. Nothing recurses, and cycles end, as
 * each pair of objects is compared once.
 */
import { types } from "node:util";
import { type Route, routeText, step } from "./explain/route.ts";

/** Whether two objects are to be taken for equal, or different, without being looked into; undefined: look into them. */
export type Judge = (a: object, b: object) => boolean | undefined;

interface Pair {
  readonly a: unknown;
  readonly b: unknown;
  readonly route: Route | null;
}

/**
 * The paths of the parts in which `b` differs from `a`, in order, such as `rows[3].name`, `byName.get("k")`,
 * `tags.has("x")` or `rows.length`; the empty path is the whole value. At most `limit`; none if they are alike.
 */
export function differingPaths(a: unknown, b: unknown, limit = 5, judge: Judge = () => undefined): string[] {
  const found: string[] = [];
  const compared = new Map<object, Set<object>>();
  const stack: Iterator<Pair>[] = [[{ a, b, route: null }][Symbol.iterator]()];
  while (stack.length > 0 && found.length < limit) {
    const { value: pair, done } = stack.at(-1)!.next();
    if (done === true) {
      stack.pop();
      continue;
    }
    if (Object.is(pair.a, pair.b)) continue;
    if (!isObject(pair.a) || !isObject(pair.b)) {
      found.push(routeText(pair.route));
      continue;
    }
    const known = compared.get(pair.a);
    if (known?.has(pair.b)) continue;
    if (known === undefined) compared.set(pair.a, new Set([pair.b]));
    else known.add(pair.b);
    const judged = judge(pair.a, pair.b);
    if (judged === true) continue;
    const parts = judged === false ? DIFFERENT : partsOf(pair.a, pair.b, pair.route);
    if (parts === DIFFERENT) found.push(routeText(pair.route));
    else if (parts !== null) stack.push(parts);
  }
  return found;
}

const DIFFERENT = Symbol("different");
/** Parts to be compared, or the verdict: different as a whole, or (null) alike. */
type Verdict = Iterator<Pair> | typeof DIFFERENT | null;

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function partsOf(a: object, b: object, route: Route | null): Verdict {
  if (kindOf(a) !== kindOf(b)) return DIFFERENT;
  if (Array.isArray(a)) return arrayParts(a, b as unknown[], route);
  if (types.isMap(a)) return mapParts(a, b as Map<unknown, unknown>, route);
  if (types.isSet(a)) return setParts(a, b as Set<unknown>, route);
  if (types.isTypedArray(a)) return viewParts(a as Numbers, b as Numbers, route);
  const [textA, textB] = [leafText(a), leafText(b)];
  if (textA !== null || textB !== null) return Object.is(textA, textB) ? null : DIFFERENT;
  return objectParts(a, b, route);
}

/** What has to be the same for parts to be comparable: the class. */
function kindOf(value: object): unknown {
  if (Array.isArray(value)) return "Array";
  const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null;
  // Where a value was decoded it has a prototype, whether it had one before or not.
  return prototype === null ? Object : prototype.constructor;
}

/** Objects that are compared by what they stand for; null for all others. */
function leafText(value: object): string | number | bigint | boolean | null {
  if (types.isDate(value)) return value.getTime();
  if (types.isRegExp(value)) return `${value.source}/${value.flags}`;
  if (value instanceof URL) return value.href;
  if (types.isAnyArrayBuffer(value)) return Buffer.from(value).toString("latin1");
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
  if (types.isBoxedPrimitive(value)) return value.valueOf() as string | number | bigint | boolean;
  return null;
}

function* arrayParts(a: readonly unknown[], b: readonly unknown[], route: Route | null): Generator<Pair> {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const at = step(route, "item", i);
    // A hole is not the same as undefined.
    if (i in a !== i in b) yield { a: i in a, b: i in b, route: at };
    else yield { a: a[i], b: b[i], route: at };
  }
  yield { a: a.length, b: b.length, route: step(route, "property", "length") };
}

interface Numbers extends ArrayBufferView {
  readonly length: number;
  readonly [index: number]: number | bigint;
}

function viewParts(a: Numbers, b: Numbers, route: Route | null): Verdict {
  return bytesOf(a).equals(bytesOf(b)) ? null : numberParts(a, b, route);
}

function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function* numberParts(a: Numbers, b: Numbers, route: Route | null): Generator<Pair> {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    if (!Object.is(a[i], b[i])) yield { a: a[i], b: b[i], route: step(route, "item", i) };
  }
  yield { a: a.length, b: b.length, route: step(route, "property", "length") };
}

/** Keys that are objects are compared by position, others found by themselves; their order counts. */
function* mapParts(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  route: Route | null,
): Generator<Pair> {
  const plain = (map: ReadonlyMap<unknown, unknown>) => [...map.keys()].filter(key => !isObject(key));
  const [keysA, keysB] = [plain(a), plain(b)];
  for (const key of new Set([...keysA, ...keysB])) {
    const at = step(route, "get", key);
    if (a.has(key) !== b.has(key)) yield { a: a.has(key), b: b.has(key), route: at };
    else yield { a: a.get(key), b: b.get(key), route: at };
  }
  const objects = (map: ReadonlyMap<unknown, unknown>) => [...map].filter(([key]) => isObject(key));
  const [entriesA, entriesB] = [objects(a), objects(b)];
  const shared = Math.min(entriesA.length, entriesB.length);
  for (let i = 0; i < shared; i += 1) {
    yield { a: entriesA[i]![0], b: entriesB[i]![0], route: step(route, "key", i) };
    yield { a: entriesA[i]![1], b: entriesB[i]![1], route: step(route, "value", i) };
  }
  yield { a: entriesA.length, b: entriesB.length, route: step(route, "property", "size") };
  yield* orderPart(keysA, keysB, route);
}

function* setParts(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>, route: Route | null): Generator<Pair> {
  const plain = (set: ReadonlySet<unknown>) => [...set].filter(item => !isObject(item));
  const [plainA, plainB] = [plain(a), plain(b)];
  for (const item of new Set([...plainA, ...plainB])) {
    yield { a: a.has(item), b: b.has(item), route: step(route, "has", item) };
  }
  const [objectsA, objectsB] = [[...a].filter(isObject), [...b].filter(isObject)];
  const shared = Math.min(objectsA.length, objectsB.length);
  for (let i = 0; i < shared; i += 1) yield { a: objectsA[i], b: objectsB[i], route: step(route, "value", i) };
  yield { a: objectsA.length, b: objectsB.length, route: step(route, "property", "size") };
  yield* orderPart(plainA, plainB, route);
}

/** The same members in another order: the container itself differs. */
function* orderPart(a: readonly unknown[], b: readonly unknown[], route: Route | null): Generator<Pair> {
  if (a.length !== b.length) return;
  const before = new Set(a);
  if (!b.every(key => before.has(key))) return;
  if (a.some((key, i) => !Object.is(key, b[i]))) yield { a: false, b: true, route };
}

function* objectParts(a: object, b: object, route: Route | null): Generator<Pair> {
  if (types.isNativeError(a) && types.isNativeError(b)) {
    yield { a: a.name, b: b.name, route: step(route, "property", "name") };
    yield { a: a.message, b: b.message, route: step(route, "property", "message") };
    yield { a: a.cause, b: b.cause, route: step(route, "property", "cause") };
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const at = step(route, "property", key);
    const [inA, inB] = [Object.hasOwn(a, key), Object.hasOwn(b, key)];
    // A property that is undefined is not the same as none.
    if (inA !== inB) yield { a: inA, b: inB, route: at };
    else yield { a: Reflect.get(a, key), b: Reflect.get(b, key), route: at };
  }
}
