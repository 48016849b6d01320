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

/** A view of the class of this name on so many bytes; null if this version of Node does not have the class. */
export function viewOn(name: string, memory: ArrayBufferLike, offset: number, length: number): ArrayBufferView | null {
  if (name === "Buffer") return Buffer.from(memory as ArrayBuffer, offset, length);
  const View: unknown = Reflect.get(globalThis, name);
  if (typeof View !== "function") return null;
  const width = Number(Reflect.get(View, "BYTES_PER_ELEMENT") ?? 1);
  return Reflect.construct(View, [memory, offset, length / width]) as ArrayBufferView;
}
