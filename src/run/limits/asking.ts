import type { Allowance } from "./allowance.ts";
import type { Group } from "./group.ts";

/** So much of a label. Labels are numbers here. */
export interface Part {
  readonly label: number;
  readonly amount: number;
}

/** How much of a label is in use by all runs, where there is not enough of it. */
export interface Lack extends Part {
  readonly used: number;
}

/**
 * What one call of a group needs of limits that runs keep together, to start or to go on. It is asked for as a whole,
 * so that no run has one part of it while it waits for another.
 */
export class Asking {
  readonly group: Group;
  /** To go on, after having waited. */
  readonly again: boolean;
  readonly parts: readonly Part[];
  state: "idle" | "asked" | "queued" | "granted" = "idle";
  /** Each time that it is asked it has another. */
  number = 0;
  /** What was in use when it was queued. */
  lacking: readonly Lack[] = [];
  private readonly sources: readonly Allowance[];

  private constructor(group: Group, again: boolean, shared: readonly number[]) {
    this.group = group;
    this.again = again;
    this.sources = shared.map(at => group.sources[at]!);
    this.parts = shared.map(at => ({ label: group.needs[at]!.label, amount: group.needs[at]!.amount }));
  }

  /** Null if calls of the group need nothing that is shared. */
  static of(group: Group, again: boolean): Asking | null {
    const shared = [...group.needs.keys()].filter(
      at => group.sources[at]!.isShared && !(again && group.needs[at]!.held),
    );
    return shared.length === 0 ? null : new Asking(group, again, shared);
  }

  /** Whether this run has so much, whatever it was granted for. */
  get isCovered(): boolean {
    return this.sources.every((source, at) => source.covers(this.parts[at]!.amount));
  }

  /** The labels of which this run has too little. */
  get uncovered(): number[] {
    return this.parts.filter(({ amount }, at) => !this.sources[at]!.covers(amount)).map(({ label }) => label);
  }

  /** Whether it is to be asked for: others of this run may have used what was granted for it. */
  get isOpen(): boolean {
    return this.state === "idle" || (this.state === "granted" && !this.isCovered);
  }

  get isWanted(): boolean {
    return this.again ? this.group.resumers.size > 0 : this.group.waiting > 0;
  }

  granted(): void {
    this.state = "granted";
    this.lacking = [];
    for (const [at, source] of this.sources.entries()) source.share += this.parts[at]!.amount;
  }
}
