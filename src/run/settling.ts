/**
 * Calls back those who wait for a future, one after the other instead of one inside the other: chains of futures are
 * longer than the stack.
 */
const waiting: (() => void)[] = [];
let draining = false;

export function callBack(callback: () => void): void {
  waiting.push(callback);
  if (draining) return;
  draining = true;
  try {
    for (let at = 0; at < waiting.length; at++) waiting[at]!();
  } finally {
    waiting.length = 0;
    draining = false;
  }
}
