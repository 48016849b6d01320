import { types } from "node:util";
import { isForeign } from "./containers.ts";
import { sharedMemory } from "./shared-memory.ts";

/** Whether structured clone keeps an object as it is. */
export function isLeaf(value: object, prototype: object | null): boolean {
  if (prototype === null) return false;
  if (ArrayBuffer.isView(value)) {
    const { buffer } = value;
    if (types.isSharedArrayBuffer(buffer) && !sharedMemory.known.has(buffer)) return false;
    return isForeign(prototype, viewName(value));
  }
  if (types.isDate(value)) return isForeign(prototype, "Date");
  if (types.isRegExp(value)) return isForeign(prototype, "RegExp");
  if (types.isArrayBuffer(value)) return isForeign(prototype, "ArrayBuffer");
  if (types.isBoxedPrimitive(value) && !types.isSymbolObject(value)) {
    return ["Number", "String", "Boolean", "BigInt"].some(name => isForeign(prototype, name));
  }
  return false;
}

/** The class of a view, whatever its prototype says. */
export function viewName(view: ArrayBufferView): string {
  return Buffer.isBuffer(view) ? "Buffer" : String(Reflect.get(view, Symbol.toStringTag));
}
