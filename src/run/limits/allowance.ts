import type { Group } from "./group.ts";
import type { RateWindow } from "./window.ts";

/** Sums of fractions come out a trifle above what they are: 0.1 + 0.2 > 0.3. */
export function isWithin(sum: number, limit: number): boolean {
  return sum <= limit * (1 + 1e-9);
}

/** How much of a label there is, and how much of it is in use: of a limit, or of what a call lends to those within it. */
export class Allowance {
  readonly label: number;
  amount: number;
  used = 0;
  /** How much of it this run may use now, of a limit that the runs of a store keep together. */
  share = Number.POSITIVE_INFINITY;
  readonly window: RateWindow | null;
  /** What lends it; null for the limit itself. */
  private readonly lender: Holding | null;

  constructor(label: number, amount: number, window: RateWindow | null = null, lender: Holding | null = null) {
    this.label = label;
    this.amount = amount;
    this.window = window;
    this.lender = lender;
  }

  has(amount: number): boolean {
    return isWithin(this.used + amount, this.amount);
  }

  /** Whether other runs let this one use so much more of it. */
  covers(amount: number): boolean {
    return isWithin(this.used + amount, this.share);
  }

  get isShared(): boolean {
    return this.share !== Number.POSITIVE_INFINITY;
  }

  get isLent(): boolean {
    return this.lender !== null;
  }

  giveBack(amount: number): void {
    this.used -= amount;
    this.lender?.cameBack();
  }
}

/** What calls of one kind need of labels that are limited. */
export interface Need {
  readonly label: number;
  readonly amount: number;
  /** Kept while the call waits for those within it, to whom it is lent. */
  readonly held: boolean;
}

/** What a call keeps while it waits, for those that it called. */
export class Holding {
  /** What holds around the call itself. */
  readonly around: Holding | null;
  readonly number: number;
  private readonly lent = new Map<number, Allowance>();
  private onBack: (() => void) | null = null;

  /** Rates are not lent: what starts within counts as everywhere. */
  constructor(number: number, group: Pick<Group, "needs" | "sources" | "around">) {
    this.number = number;
    this.around = group.around;
    for (const [at, { label, amount, held }] of group.needs.entries()) {
      if (!held) continue;
      const allowance = new Allowance(label, amount, group.sources[at]!.window, this);
      allowance.used = amount;
      this.lent.set(label, allowance);
    }
  }

  /** Whether none of it is with those within. */
  get isBack(): boolean {
    for (const { used } of this.lent.values()) if (used > 0) return false;
    return true;
  }

  of(label: number): Allowance | undefined {
    return this.lent.get(label);
  }

  /** Calls back when all of it has come back: those within may outlast a call that is given up. */
  whenBack(callback: () => void): void {
    this.onBack = callback;
    this.cameBack();
  }

  cameBack(): void {
    if (this.onBack === null || !this.isBack) return;
    this.onBack();
    this.onBack = null;
  }

  /** From the call itself to those within it, and back. */
  lend(): void {
    for (const each of this.lent.values()) each.used -= each.amount;
  }

  takeBack(): void {
    for (const each of this.lent.values()) each.used += each.amount;
  }
}

/** What is lent of a label nearest around. */
export function lentOf(label: number, around: Holding | null): Allowance | undefined {
  for (let each = around; each !== null; each = each.around) {
    const found = each.of(label);
    if (found !== undefined) return found;
  }
  return undefined;
}
