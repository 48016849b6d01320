/** An array in shared memory, posted to a worker thread and back. */
import * as bare from "./threads.mjs";

export const from = "node";

function own(array) {
  const view = new Float64Array(new SharedArrayBuffer(array.byteLength));
  view.set(array);
  return view;
}

export const places = { threads: measure => bare.places.threads(at => measure({ ...at, own })) };
