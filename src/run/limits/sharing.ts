import type { Orders } from "../facts.ts";
import type { Allowance } from "./allowance.ts";
import type { Asking, Lack } from "./asking.ts";
import type { PoolState } from "./chooser.ts";
import type { Labels } from "./labels.ts";

/**
 * What this run has of limits that the runs of a store keep together: it asks for what one call needs, and gives back
 * what no call of its own uses. What is granted for one call may serve another that is more urgent.
 */
export class Sharing {
  private readonly labels: Labels;
  private readonly pools: readonly PoolState[];
  private readonly orders: Orders;
  private readonly open = new Map<number, Asking>();
  private count = 0;
  /** As it was told last; null if it has to be told in any case. */
  private frozen: boolean | null = false;

  constructor(labels: Labels, pools: readonly PoolState[], orders: Orders) {
    this.labels = labels;
    this.pools = pools;
    this.orders = orders;
  }

  /** A slot is kept until there is an answer, which does not take long. */
  ask(asking: Asking): void {
    this.open.delete(asking.number);
    const number = ++this.count;
    asking.number = number;
    asking.state = "asked";
    this.open.set(number, asking);
    this.pools[asking.group.pool]!.promised++;
    this.orders.share({ share: "ask", number, parts: asking.parts });
  }

  granted(number: number): void {
    const asking = this.open.get(number);
    if (asking === undefined || asking.state === "granted") return;
    this.answered(asking);
    asking.granted();
    if (this.frozen === true) this.frozen = null;
  }

  queued(number: number, lacking: readonly Lack[]): void {
    const asking = this.open.get(number);
    if (asking === undefined || asking.state === "granted") return;
    this.answered(asking);
    asking.state = "queued";
    asking.lacking = lacking;
  }

  /** What cannot be had; the question has been withdrawn. Null if it was before. */
  hopeless(number: number): Asking | null {
    const asking = this.open.get(number);
    if (asking === undefined || asking.state === "granted") return null;
    this.answered(asking);
    asking.state = "idle";
    this.open.delete(number);
    if (this.frozen === true) this.frozen = null;
    return asking;
  }

  /** A call has started or gone on: what was granted for one like it is in use. */
  used(asking: Asking | null): void {
    if (asking?.state !== "granted") return;
    asking.state = "idle";
    this.open.delete(asking.number);
  }

  /** Before anything starts: what calls that have ended had is not this run's to use again, as others may have asked. */
  giveBack(): void {
    const kept = new Map<number, number>();
    for (const { state, parts } of this.open.values()) {
      if (state !== "granted") continue;
      for (const { label, amount } of parts) kept.set(label, (kept.get(label) ?? 0) + amount);
    }
    for (const allowance of this.labels.shared) this.trim(allowance, kept.get(allowance.label) ?? 0);
  }

  /** After all that can start has started: nothing is kept that is not used. */
  settle(now: number): void {
    for (const asking of this.open.values()) {
      const { state, again, group, isWanted } = asking;
      if (isWanted && (state !== "granted" || this.lacksOnlySlot(asking, now))) continue;
      this.close(asking);
      if (isWanted && !again) this.labels.missed(group);
    }
    this.giveBack();
  }

  get isAsking(): boolean {
    for (const { state } of this.open.values()) if (state !== "granted") return true;
    return false;
  }

  /** Whether all that this run has waits for more: others need to know, lest they wait for that in turn. */
  tell(frozen: boolean): void {
    if (this.frozen === frozen) return;
    this.frozen = frozen;
    this.orders.share({ share: "frozen", frozen });
  }

  private trim(allowance: Allowance, kept: number): void {
    const { label, used, share } = allowance;
    const amount = share - used - kept;
    // Sums of fractions may leave a trifle.
    if (amount <= allowance.amount * 1e-9) return;
    allowance.share -= amount;
    this.orders.share({ share: "giveBack", parts: [{ label, amount }] });
  }

  /** Slots become free when calls that run end, and those wait for nothing. Everything else might be waited for in a ring. */
  private lacksOnlySlot({ again, group }: Asking, now: number): boolean {
    const { used, promised, free, slots } = this.pools[group.pool]!;
    return again ? used + promised >= slots && group.fitsAgain() : used + promised >= free && group.fits(now);
  }

  private close(asking: Asking): void {
    if (asking.state !== "granted") this.orders.share({ share: "drop", number: asking.number });
    this.answered(asking);
    asking.state = "idle";
    this.open.delete(asking.number);
  }

  private answered(asking: Asking): void {
    if (asking.state === "asked") this.pools[asking.group.pool]!.promised--;
  }
}
