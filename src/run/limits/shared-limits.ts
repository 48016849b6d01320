import { ALONE, type Amounts, type Lacking, type Shares } from "../../store/shares.ts";
import type { ShareOrder } from "../facts.ts";
import type { Run } from "../run.ts";
import type { Part } from "./asking.ts";

/** An arbiter that is stopped, or busy, must not keep slots from calls that need nothing of it. */
const SOON_MS = 20;

interface Asked {
  readonly parts: readonly Part[];
  answered: boolean;
  /** Null until the question was put. */
  drop: (() => void) | null;
}

/** Carries out what the scheduler wants of limits that are shared: talks to the other runs on the same store. */
export class SharedLimits {
  private readonly run: Run;
  private readonly amounts: ReadonlyMap<string, number>;
  private shares: Shares | null = null;
  private opening = false;
  private orders: ShareOrder[] = [];
  private readonly asked = new Map<number, Asked>();
  private readonly warned = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(run: Run, amounts: ReadonlyMap<string, number>) {
    this.run = run;
    this.amounts = amounts;
  }

  take(order: ShareOrder): void {
    if (order.share === "ask") this.asked.set(order.number, { parts: order.parts, answered: false, drop: null });
    if (order.share === "drop") {
      const asked = this.asked.get(order.number);
      this.asked.delete(order.number);
      asked?.drop?.();
    } else this.orders.push(order);
  }

  /** Says what has come together in a decision. The store is opened for the first question. */
  send(): void {
    if (this.orders.length === 0) return;
    if (this.shares === null) {
      void this.open();
      return;
    }
    const orders = this.orders.splice(0);
    // First, as what else is said may be answered at once.
    for (const order of orders) if (order.share === "frozen") this.shares.frozen(order.frozen);
    for (const order of orders) {
      if (order.share === "giveBack") this.shares.giveBack(this.named(order.parts));
      else if (order.share === "ask") this.ask(order.number, this.shares);
    }
    this.watch();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private async open(): Promise<void> {
    if (this.opening) return;
    this.opening = true;
    this.watch();
    let shares = ALONE;
    try {
      ({ shares } = await this.run.openGate().kept.join());
      if (shares === ALONE) this.run.warn("Shared limits are kept by this run alone, as others cannot be asked");
      shares.limit([...this.amounts]);
    } catch (error) {
      this.run.warn(`Shared limits are kept by this run alone: ${(error as Error).message}`);
    }
    this.shares = shares;
    this.send();
  }

  private ask(number: number, shares: Shares): void {
    const asked = this.asked.get(number);
    if (asked === undefined) return;
    const { scheduler } = this.run;
    const amounts = this.named(asked.parts);
    asked.drop = shares.ask(amounts, {
      granted: () => {
        if (!this.asked.delete(number)) return shares.giveBack(amounts);
        scheduler.shareGranted(number);
        this.run.plan();
      },
      queued: lacking => {
        if (!this.asked.has(number)) return;
        asked.answered = true;
        this.compare(lacking);
        const { limits } = this.run;
        scheduler.shareQueued(
          number,
          lacking.map(([label, used, amount]) => ({ label: limits.numberOf(label), used, amount })),
        );
        this.run.plan();
      },
      hopeless: () => {
        if (!this.asked.delete(number)) return;
        scheduler.shareHopeless(number);
        this.run.plan();
      },
    });
  }

  /** Slots are not kept for long where nobody answers. */
  private watch(): void {
    if (this.timer !== undefined || ![...this.asked.values()].some(({ answered }) => !answered)) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      for (const [number, asked] of this.asked) {
        if (asked.answered) continue;
        asked.answered = true;
        this.run.scheduler.shareQueued(number, []);
      }
      this.run.plan();
    }, SOON_MS).unref();
  }

  private compare(lacking: Lacking): void {
    for (const [label, , amount] of lacking) {
      const own = this.amounts.get(label);
      if (own === undefined || amount >= own || this.warned.has(label)) continue;
      this.warned.add(label);
      this.run.warn(
        `Another run on this store says that there is ${amount} of ${label}, this one ${own}: while both run, ${amount} counts.`,
      );
    }
  }

  private named(parts: readonly Part[]): Amounts {
    return parts.map(({ label, amount }) => [this.run.limits.nameOf(label), amount]);
  }
}
