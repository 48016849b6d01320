/**
 * What counts as a plain container: arrays, objects without a class, Maps and Sets. Only these are looked into.
 * Those of other realms (`vm`, some test runners) count too.
 */
import { types } from "node:util";

export type ContainerKind = "array" | "object" | "map" | "set";

/** The kind of a plain container; null for everything else, instances of subclasses among it. */
export function containerKind(value: object): ContainerKind | null {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return isExotic(value) ? null : "object";
  if (prototype === Array.prototype) return Array.isArray(value) ? "array" : null;
  if (prototype === Map.prototype) return types.isMap(value) ? "map" : null;
  if (prototype === Set.prototype) return types.isSet(value) ? "set" : null;
  if (Array.isArray(value)) return Array.isArray(prototype) ? "array" : null;
  if (isRootPrototype(prototype)) return isExotic(value) ? null : "object";
  if (types.isMap(value)) return isForeign(prototype, "Map") ? "map" : null;
  if (types.isSet(value)) return isForeign(prototype, "Set") ? "set" : null;
  return null;
}

/** True for `prototype` when it is what a built-in class of any realm gives its direct instances. */
export function isForeign(prototype: object, name: string): boolean {
  return Object.hasOwn(prototype, "constructor") && prototype.constructor?.name === name;
}

// The prototype of plain objects in any realm.
function isRootPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

// Objects whose prototype was replaced, so that only their internals tell what they are.
function isExotic(value: object): boolean {
  return Array.isArray(value) || types.isNativeError(value) || types.isMap(value) || types.isSet(value);
}
