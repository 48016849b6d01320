import { types } from "node:util";
import { isLeaf, viewName } from "../leaves.ts";
import { type CanonicalBytes, TAG } from "./canonical.ts";

/** Appends an object that holds no others; false, and nothing, for everything else. */
export function leaf(value: object, prototype: object | null, out: CanonicalBytes): boolean {
  if (value instanceof URL && prototype === URL.prototype) {
    out.tag(TAG.url);
    out.string(value.href);
    return true;
  }
  if (!isLeaf(value, prototype)) return false;
  if (ArrayBuffer.isView(value)) {
    out.tag(TAG.view);
    out.string(viewName(value));
    out.data(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  } else if (types.isArrayBuffer(value)) buffer(value, out);
  else if (types.isDate(value)) {
    out.tag(TAG.date);
    out.primitive(Date.prototype.getTime.call(value));
  } else if (types.isRegExp(value)) {
    out.tag(TAG.regexp);
    out.string(value.source);
    out.string(value.flags);
  } else {
    out.tag(TAG.boxed);
    out.primitive(unboxed(value));
  }
  return true;
}

function buffer(value: ArrayBuffer, out: CanonicalBytes): void {
  const { resizable, maxByteLength } = value as ArrayBuffer & { resizable: boolean; maxByteLength: number };
  out.tag(resizable ? TAG.resizable : TAG.buffer);
  if (resizable) out.count(maxByteLength);
  out.data(Buffer.from(value));
}

function unboxed(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  return BigInt.prototype.valueOf.call(value);
}
