const stillness = new Int32Array(new SharedArrayBuffer(4));

/** Holds this thread for so many milliseconds. */
export function pause(ms: number): void {
  Atomics.wait(stillness, 0, 0, ms);
}
