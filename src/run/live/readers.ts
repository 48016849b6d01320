import type { Call } from "../call.ts";
import { KeptList } from "../kept.ts";
import { type Entry, HeldValue } from "./held.ts";

/**
 * Which results the calls under way read, so that those stay in memory. Of all runs in this process, as a future of one
 * may be an input in another.
 */
class Readers {
  /** No run bounds its results: there is nothing to count. */
  idle = true;
  private readonly entries = new Map<Call, readonly Entry[]>();

  /** A call is about to start: what it reads stays in memory until it has ended for good. */
  begins(call: Call): void {
    if (this.idle || this.entries.has(call)) return;
    const entries = call.inputs!.futures.flatMap(({ kept }) => entriesOf(kept));
    for (const entry of entries) entry.readers += 1;
    if (entries.length > 0) this.entries.set(call, entries);
  }

  /** True if it read any. */
  ended(call: Call): boolean {
    const entries = this.entries.get(call);
    if (entries === undefined) return false;
    this.entries.delete(call);
    for (const entry of entries) entry.readers -= 1;
    return true;
  }
}

export const readers = new Readers();

function entriesOf(kept: unknown): Entry[] {
  if (kept instanceof KeptList) return kept.values.flatMap(entriesOf);
  return kept instanceof HeldValue ? [kept.entry!] : [];
}
