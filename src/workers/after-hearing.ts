/**
 * Calls back when what had come is heard, if this thread was busy until now: that is read in the next turn of its event
 * loop, and some of it is only handed on at the end of that turn.
 */
export function afterHearing(callback: () => void): void {
  setImmediate(() => setImmediate(callback));
}
