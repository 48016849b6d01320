/** Arrays that are not copied where memory is shared: `shared` and `move`. */
import { types } from "node:util";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import { viewName, viewOn } from "./leaves.ts";
import { weighed } from "./segments.ts";
import { sharedMemory } from "./shared-memory.ts";

/**
 * An array that all who get it see as one memory, where memory is shared: on threads, and here. It is not copied when
 * it is passed, however long it is, and what one writes the others read. On processes and other machines it is copied
 * like any other.
 *
 * @param view Typed arrays, a `DataView`, a `Buffer`. One on a `SharedArrayBuffer` is taken as it is; any other is
 * copied once, here, and is not changed by what readers write.
 * @throws OptionError for everything else.
 * @example
 * const table = shared(new Float64Array(1_000));
 */
export function shared<T extends ArrayBufferView>(view: T): T {
  check(view, "shared(…)");
  if (types.isSharedArrayBuffer(view.buffer)) {
    sharedMemory.known.add(view.buffer);
    return view;
  }
  const memory = weighed(new SharedArrayBuffer(view.byteLength));
  sharedMemory.known.add(memory);
  new Uint8Array(memory).set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return viewOn(viewName(view), memory, 0, view.byteLength) as T;
}

/**
 * Gives an array away: the one that is given is detached at once, has no length any more, and what comes back is
 * passed on. A result that is moved leaves its thread without being copied, whatever its size; an input is copied once
 * on the way to a thread, as it must be there if the call is made again.
 *
 * @param view Typed arrays, a `DataView`, a `Buffer`; it must be all of its `ArrayBuffer`.
 * @throws OptionError for everything else.
 * @example
 * const darken = task("darken", (pixels: Uint8Array) => move(pixels.map(x => x >> 1)));
 */
export function move<T extends ArrayBufferView>(view: T): T {
  check(view, "move(…)");
  const { buffer, byteLength } = view;
  if (types.isSharedArrayBuffer(buffer)) {
    throw wrong("move(…)", "it is in shared memory", "Pass shared(array): it is not copied either.");
  }
  if (byteLength !== buffer.byteLength) {
    const problem = `it is ${byteLength} bytes of a buffer of ${buffer.byteLength}, all of which would be gone`;
    throw wrong("move(…)", problem, "Give a copy of that part: array.slice().");
  }
  const taken = takenFrom(view, buffer as ArrayBuffer);
  sharedMemory.moved.add(taken.buffer);
  return taken as T;
}

function takenFrom(view: ArrayBufferView, buffer: ArrayBuffer): ArrayBufferView {
  const name = viewName(view);
  const { byteLength } = buffer;
  if (byteLength === 0 && sharedMemory.gone.has(buffer)) {
    throw wrong("move(…)", "it was moved before", "Pass on what the first move(…) gave.");
  }
  const memory = detached(buffer);
  // That of WebAssembly stays: some versions of Node copy it, others refuse it.
  if (memory === null || (buffer.byteLength === byteLength && byteLength > 0)) {
    throw wrong("move(…)", "its memory cannot be detached", "Give a copy: array.slice().");
  }
  sharedMemory.gone.add(buffer);
  return viewOn(name, memory, 0, byteLength)!;
}

function detached(buffer: ArrayBuffer): ArrayBuffer | null {
  try {
    return structuredClone(buffer, { transfer: [buffer] });
  } catch {
    return null;
  }
}

function check(view: unknown, where: string): void {
  if (ArrayBuffer.isView(view)) return;
  throw wrong(where, `${shown(view)} is no typed array`, "Give a typed array, a DataView or a Buffer.");
}

function wrong(where: string, problem: string, hint: string): Error {
  return new OptionError({ where, problem, hint });
}
