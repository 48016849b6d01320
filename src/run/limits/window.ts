import { isWithin } from "./allowance.ts";

/** How much of a label may start in any stretch of a certain length: an exact window, not a bucket that refills. */
export class RateWindow {
  readonly count: number;
  /** Milliseconds. */
  readonly per: number;
  private readonly starts: { readonly at: number; readonly amount: number }[] = [];
  private inWindow = 0;
  /** Granted, and not known to have started: it may start at any moment. */
  private pending = 0;

  constructor(count: number, per: number) {
    this.count = count;
    this.per = per;
  }

  fits(amount: number, now: number): boolean {
    this.forget(now);
    return isWithin(this.inWindow + this.pending + amount, this.count);
  }

  /** Started within the window, or about to start. Only looks: time goes on by `fits`. */
  usedAt(now: number): number {
    return this.starts.reduce((used, { at, amount }) => (at + this.per > now ? used + amount : used), this.pending);
  }

  granted(amount: number): void {
    this.pending += amount;
  }

  /** What was granted has not started, and will not. */
  returned(amount: number): void {
    this.pending -= amount;
  }

  started(amount: number, at: number): void {
    this.pending -= amount;
    this.inWindow += amount;
    this.starts.push({ at, amount });
  }

  /** When there is room for so much, if nothing else starts; null while only what is pending is in the way. */
  opensAt(amount: number): number | null {
    let left = this.inWindow + this.pending + amount;
    for (const start of this.starts) {
      if (isWithin(left, this.count)) break;
      left -= start.amount;
      if (isWithin(left, this.count)) return start.at + this.per;
    }
    return null;
  }

  private forget(now: number): void {
    let gone = 0;
    while (gone < this.starts.length && this.starts[gone]!.at + this.per <= now)
      this.inWindow -= this.starts[gone++]!.amount;
    if (gone > 0) this.starts.splice(0, gone);
  }
}
