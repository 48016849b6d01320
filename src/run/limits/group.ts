import type { Graph } from "../../graph/graph.ts";
import { ReadyQueue } from "../../graph/ready.ts";
import { type Allowance, Holding, isWithin, type Need } from "./allowance.ts";
import { Asking } from "./asking.ts";
import type { Cause } from "./causes.ts";

/** Calls of one pool that need the same of the same: if the first has no room, none of them has. */
export class Group {
  readonly pool: number;
  readonly demand: number;
  readonly needs: readonly Need[];
  /** Where each need is met from: the limit, or what a call around lends. */
  readonly sources: readonly Allowance[];
  readonly around: Holding | null;
  readonly ready: ReadyQueue;
  /** Those that have waited for others, and want to go on. */
  readonly resumers: ReadyQueue;
  /** How many would start if they could. The queue may also hold some that are in it no more. */
  waiting = 0;
  /** How often others have taken what the first of it lacks, since one of it started. */
  overtaken = 0;
  /** Null where nothing that is needed is shared with other runs. */
  readonly toStart: Asking | null;
  readonly toGoOn: Asking | null;

  constructor(
    graph: Graph,
    pool: number,
    demand: number,
    needs: readonly Need[],
    sources: readonly Allowance[],
    around: Holding | null,
  ) {
    this.pool = pool;
    this.demand = demand;
    this.needs = needs;
    this.sources = sources;
    this.around = around;
    this.ready = new ReadyQueue(graph);
    this.resumers = new ReadyQueue(graph);
    this.toStart = Asking.of(this, false);
    this.toGoOn = Asking.of(this, true);
  }

  /** Whether other runs are being asked for it. */
  get isAsking(): boolean {
    return [this.toStart, this.toGoOn].some(asking => asking !== null && asking.state !== "idle");
  }

  /** Whether one more may start. */
  fits(now: number): boolean {
    return this.hasRoom(now) && (this.toStart === null || this.toStart.isCovered);
  }

  /** Whether one more may start as far as this run is concerned. */
  hasRoom(now: number): boolean {
    for (let i = 0; i < this.needs.length; i++) {
      const { amount } = this.needs[i]!;
      const source = this.sources[i]!;
      if (!source.has(amount) || source.window?.fits(amount, now) === false) return false;
    }
    return true;
  }

  /** Whether one that gave back what it does not hold may go on. */
  fitsAgain(): boolean {
    return this.hasRoomAgain() && (this.toGoOn === null || this.toGoOn.isCovered);
  }

  hasRoomAgain(): boolean {
    return this.lackingAgain().length === 0;
  }

  /** What such a one lacks. */
  lackingAgain(): Allowance[] {
    return this.sources.filter((source, i) => !this.needs[i]!.held && !source.has(this.needs[i]!.amount));
  }

  /** The labels of which there is not enough. */
  lacking(): Allowance[] {
    return this.sources.filter((source, i) => !source.has(this.needs[i]!.amount));
  }

  /** Of what there is not enough now for one more to start, rates included. */
  lackingAt(now: number): Allowance[] {
    return this.sources.filter((source, i) => {
      const { amount } = this.needs[i]!;
      return !source.has(amount) || source.window?.fits(amount, now) === false;
    });
  }

  /** When rates let one more start; null if they are not in the way, or nobody can tell yet. */
  opensAt(now: number): number | null {
    let latest: number | null = null;
    for (let i = 0; i < this.needs.length; i++) {
      const { amount } = this.needs[i]!;
      const { window } = this.sources[i]!;
      if (window === null || window.fits(amount, now)) continue;
      const at = window.opensAt(amount);
      if (at === null) return null;
      latest = Math.max(latest ?? at, at);
    }
    return latest;
  }

  /** What keeps one of it from starting, or from going on. */
  causes(now: number, again: boolean): Cause[] {
    const causes: Cause[] = [];
    for (let i = 0; i < this.needs.length; i++) {
      const { label, amount, held } = this.needs[i]!;
      const source = this.sources[i]!;
      if (again && held) continue;
      if (!source.has(amount)) {
        causes.push({ why: "label", label, used: source.used, amount: source.amount, lent: source.isLent });
      }
      const { window } = source;
      if (again || window === null || isWithin(window.usedAt(now) + amount, window.count)) continue;
      causes.push({ why: "rate", label, count: window.count, per: window.per });
    }
    const asking = again ? this.toGoOn : this.toStart;
    for (const lack of asking?.state === "queued" ? asking.lacking : []) causes.push({ why: "share", ...lack });
    return causes;
  }

  draws(source: Allowance): boolean {
    return this.sources.includes(source);
  }
}

/** What one call has of its labels, from its start until its slot is free. */
export class Grant {
  readonly group: Group;
  readonly holding: Holding | null;
  private hasStarted = false;
  /** It has given back, or lent, what it had. */
  waits = false;

  constructor(group: Group, number: number) {
    this.group = group;
    this.holding = group.needs.some(need => need.held) ? new Holding(number, group) : null;
    this.each((source, { amount }) => {
      source.used += amount;
      source.window?.granted(amount);
    });
  }

  /** Whether it has something now that is shared with other runs. */
  get hasShared(): boolean {
    const { needs, sources } = this.group;
    return needs.some(({ held }, at) => (held || !this.waits) && sources[at]!.isShared);
  }

  started(at: number): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.each((source, { amount }) => source.window?.started(amount, at));
  }

  /** It waits for those within it. */
  wait(): void {
    this.waits = true;
    this.holding?.lend();
    this.each((source, { amount, held }) => {
      if (!held) source.giveBack(amount);
    });
  }

  goOn(): void {
    this.waits = false;
    this.holding?.takeBack();
    this.each((source, { amount, held }) => {
      if (!held) source.used += amount;
    });
  }

  end(): void {
    this.each((source, { amount, held }) => {
      if (!this.waits && !held) source.giveBack(amount);
      if (!this.hasStarted) source.window?.returned(amount);
    });
    if (this.holding === null) return;
    if (!this.waits) this.holding.lend();
    this.holding.whenBack(() =>
      this.each((source, { amount, held }) => {
        if (held) source.giveBack(amount);
      }),
    );
  }

  private each(act: (source: Allowance, need: Need) => void): void {
    const { needs, sources } = this.group;
    for (let i = 0; i < needs.length; i++) act(sources[i]!, needs[i]!);
  }
}
