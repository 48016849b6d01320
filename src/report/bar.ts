import type { Style } from "./style.ts";

/** A bar of so many columns: the part that is done, the part of that which failed, and the rest. */
export function bar(columns: number, done: number, failed: number, { paint, symbols }: Style): string {
  let doneColumns = Math.floor(columns * Math.min(1, Math.max(0, done)) + 1e-9);
  // A failure stays visible among a million calls.
  const failedColumns = failed > 0 ? Math.max(1, Math.round(columns * Math.min(1, failed))) : 0;
  doneColumns = Math.max(doneColumns, failedColumns);
  return (
    paint("green", symbols.bar.repeat(doneColumns - failedColumns)) +
    paint("red", symbols.failedBar.repeat(failedColumns)) +
    paint("dim", symbols.rest.repeat(columns - doneColumns))
  );
}
