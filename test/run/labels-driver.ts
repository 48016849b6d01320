import { expect } from "vitest";
import { COMPLETED } from "../../src/graph/states.ts";
import type { Fact, Orders, ShareOrder } from "../../src/run/facts.ts";
import type { Need } from "../../src/run/limits/allowance.ts";
import type { Limit } from "../../src/run/limits/labels.ts";
import { Scheduler } from "../../src/run/scheduler.ts";

/** A call as the model sees it. */
export interface Labelled {
  readonly node: number;
  readonly number: number;
  readonly pool: number;
  readonly priority: number;
  readonly needs: readonly Need[];
  readonly parent: Labelled | null;
  readonly children: Labelled[];
  state: "queued" | "dispatched" | "running" | "waiting" | "resuming" | "ended";
  freed: boolean;
}

/** Drives a scheduler with calls that need labels, wait for calls of their own, and lend what they hold. */
export class LabelsDriver implements Orders {
  readonly facts: Fact[] = [];
  readonly orders: string[] = [];
  readonly calls: Labelled[] = [];
  readonly scheduler = new Scheduler(this, fact => this.facts.push(fact));
  readonly starts: { readonly at: number; readonly call: Labelled }[] = [];
  private readonly byNode = new Map<number, Labelled>();
  private readonly slots: number[] = [];
  private readonly limits = new Map<number, Limit>();
  /** What is to be said to other runs. */
  readonly said: ShareOrder[] = [];
  /** Those that were told to be stuck. */
  readonly found: Labelled[] = [];
  private readonly demands = new Map<string, number>();
  private readonly alike: boolean;
  now = 0;

  /** `alike`: calls that need the same are of one group, as in a run. */
  constructor(alike = false) {
    this.alike = alike;
  }

  pool(pool: number, slots: number, free = slots): void {
    this.slots[pool] = slots;
    this.scheduler.pool(pool, slots, free);
  }

  limit(label: number, limit: Limit): void {
    this.limits.set(label, limit);
    this.scheduler.limit(label, limit);
  }

  submit(pool: number, priority: number, needs: readonly Need[], parent: Labelled | null = null): Labelled {
    const node = this.scheduler.declare();
    const demand = needs.length === 0 ? 0 : this.demandOf(needs);
    const call: Labelled = {
      node,
      number: this.calls.length,
      pool,
      priority,
      needs,
      parent,
      children: [],
      state: "queued",
      freed: false,
    };
    this.calls.push(call);
    this.byNode.set(node, call);
    parent?.children.push(call);
    this.scheduler.define(node, pool, priority, [], 0, demand, parent?.node ?? -1);
    return call;
  }

  private demandOf(needs: readonly Need[]): number {
    const key = JSON.stringify(needs);
    const known = this.demands.get(key);
    if (known !== undefined && this.alike) return known;
    const demand = this.scheduler.demand(needs);
    this.demands.set(key, demand);
    return demand;
  }

  decide(): void {
    this.scheduler.decide();
    this.check();
  }

  clock(now: number): void {
    this.now = Math.max(this.now, now);
    this.scheduler.clock(this.now);
  }

  started(call: Labelled): void {
    call.state = "running";
    this.starts.push({ at: this.now, call });
    this.scheduler.started(call.node, this.now);
    this.checkRates();
  }

  waits(call: Labelled): void {
    call.state = "waiting";
    this.scheduler.waits(call.node);
    this.check();
  }

  resumes(call: Labelled): void {
    call.state = "resuming";
    this.scheduler.resumes(call.node);
    this.check();
  }

  end(call: Labelled, state: number = COMPLETED): void {
    call.state = "ended";
    call.freed = true;
    this.scheduler.settled(call.node, state);
    this.scheduler.freed(call.node);
    this.check();
  }

  lost(call: Labelled): void {
    call.state = "queued";
    this.scheduler.lost(call.node);
    this.check();
  }

  dispatch(node: number): void {
    const call = this.byNode.get(node)!;
    this.orders.push(`dispatch ${call.number}`);
    expect(call.state).toBe("queued");
    call.state = "dispatched";
    this.check();
  }

  resume(node: number): void {
    const call = this.byNode.get(node)!;
    this.orders.push(`resume ${call.number}`);
    expect(call.state).toBe("resuming");
    call.state = "running";
    this.check();
  }

  /** Its submitter hears of a failure, and goes on. */
  stuck(node: number): void {
    const call = this.byNode.get(node)!;
    this.orders.push(`stuck ${call.number}`);
    this.found.push(call);
  }

  upstreamFailed(): void {
    throw new Error("nothing depends on anything here");
  }

  stop(): void {}

  share(order: ShareOrder): void {
    this.orders.push(`share ${JSON.stringify(order)}`);
    this.said.push(order);
  }

  /** How much of a label calls use or hold, other than what is lent to them. */
  used(label: number): number {
    let used = 0;
    for (const call of this.calls) {
      const active = call.state === "dispatched" || call.state === "running";
      const waits = call.state === "waiting" || call.state === "resuming";
      for (const need of call.needs) {
        if (need.label !== label || this.sourceOf(call, label) !== `label ${label}`) continue;
        if (active || (waits && need.held)) used += need.amount;
      }
    }
    return used;
  }

  removed(node: number): void {
    this.byNode.delete(node);
  }

  get open(): Labelled[] {
    return this.calls.filter(call => call.state !== "ended");
  }

  /** Nothing is over its limit, now. */
  check(): void {
    const used = new Map<string, number>();
    const add = (key: string, amount: number) => used.set(key, (used.get(key) ?? 0) + amount);
    for (const call of this.calls) {
      const active = call.state === "dispatched" || call.state === "running";
      const waits = call.state === "waiting" || call.state === "resuming";
      if (active) add(`pool ${call.pool}`, 1);
      for (const { label, amount, held } of call.needs) {
        if (active || (waits && held)) add(this.sourceOf(call, label), amount);
      }
    }
    for (const [pool, slots] of this.slots.entries()) {
      expect(used.get(`pool ${pool}`) ?? 0, `slots of pool ${pool}`).toBeLessThanOrEqual(slots);
    }
    for (const [label, { amount }] of this.limits) {
      if (amount !== undefined) expect(used.get(`label ${label}`) ?? 0, `label ${label}`).toBeLessThanOrEqual(amount);
    }
    for (const call of this.calls) {
      for (const { label, amount, held } of call.needs) {
        if (!held) continue;
        const own = call.state === "dispatched" || call.state === "running" ? amount : 0;
        const lent = used.get(`call ${call.number} label ${label}`) ?? 0;
        expect(own + lent, `what call ${call.number} holds of ${label}`).toBeLessThanOrEqual(
          call.state === "ended" ? lent : amount,
        );
      }
    }
  }

  private sourceOf(call: Labelled, label: number): string {
    for (let each = call.parent; each !== null; each = each.parent) {
      if (each.needs.some(need => need.held && need.label === label)) return `call ${each.number} label ${label}`;
    }
    return `label ${label}`;
  }

  private checkRates(): void {
    for (const [label, { rate, per }] of this.limits) {
      if (rate === undefined) continue;
      const recent = this.starts.filter(({ at }) => at > this.now - per!);
      const amount = recent.flatMap(({ call }) =>
        call.needs.filter(need => need.label === label).map(need => need.amount),
      );
      expect(
        amount.reduce((a, b) => a + b, 0),
        `starts of ${label}`,
      ).toBeLessThanOrEqual(rate);
    }
  }
}

export function isOver(driver: LabelsDriver): boolean {
  return driver.calls.every(call => call.state === "ended") && driver.scheduler.graph.size === 0;
}
