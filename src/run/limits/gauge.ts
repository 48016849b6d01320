import { now } from "../clock.ts";
import type { Columns } from "../columns.ts";
import type { LabelUse } from "./causes.ts";

const AT_MOST_MS = 50;

/** Tells how much of each label is in use, and how many calls wait for it: when that changes, but not all the time. */
export class Gauge {
  private readonly columns: Columns;
  private readonly read: () => Iterable<LabelUse>;
  private readonly nameOf: (label: number) => string;
  private readonly told = new Map<number, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(columns: Columns, read: () => Iterable<LabelUse>, nameOf: (label: number) => string) {
    this.columns = columns;
    this.read = read;
    this.nameOf = nameOf;
  }

  /** Something may have changed. */
  look(): void {
    this.timer ??= setTimeout(() => this.tell(), AT_MOST_MS).unref();
  }

  tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const { label, ...use } of this.read()) {
      const state = `${use.used} ${use.waiting}`;
      if ((this.told.get(label) ?? "0 0") === state) continue;
      this.told.set(label, state);
      this.columns.emit({ type: "limits", at: now(), label: this.nameOf(label), ...use });
    }
  }
}
