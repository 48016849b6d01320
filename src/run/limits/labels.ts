import type { Graph } from "../../graph/graph.ts";
import { Allowance, type Holding, lentOf, type Need } from "./allowance.ts";
import type { LabelUse } from "./causes.ts";
import { Grant, Group } from "./group.ts";
import { RateWindow } from "./window.ts";

/** What a limit allows: so much at once, so much in any stretch of `per` milliseconds, or both. */
export interface Limit {
  readonly amount?: number;
  readonly rate?: number;
  readonly per?: number;
  /** The amount is for all runs on the same store together. */
  readonly shared?: boolean;
}

/** How often what a call lacks may be given to others before it is kept back for that call. */
const PATIENCE = 16;
const NO_NEEDS = 0;
/** So many groups of a pool are kept, as their calls may come again. */
const MANY = 64;

/** Which calls need what of which label, who has it, and who comes next. No clock: it is told the time. */
export class Labels {
  /** By pool; a pool in which no call needs anything limited has none. */
  readonly groups: Group[][] = [];
  private readonly graph: Graph;
  private readonly limits: (Allowance | undefined)[] = [];
  /** Those of them that runs keep together. */
  readonly shared: Allowance[] = [];
  private readonly demands: (readonly Need[])[] = [[]];
  private readonly byDemand: Map<number, Group>[] = [];
  readonly grants = new Map<number, Grant>();
  /** The call from which each was submitted, of those within calls of tasks. */
  readonly parents = new Map<number, number>();
  /** What is lent around a call. */
  private readonly around = new Map<number, Holding>();
  /** Calls that would go on, but what they hold is not back yet. */
  private readonly unreturned = new Map<Holding, number>();
  private reserved: Group | null = null;
  private holdings = 0;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  limit(label: number, { amount = Number.POSITIVE_INFINITY, rate, per = 0, shared = false }: Limit): void {
    const known = this.limits[label];
    if (known !== undefined) {
      known.amount = amount;
      return;
    }
    const allowance = new Allowance(label, amount, rate === undefined ? null : new RateWindow(rate, per));
    this.limits[label] = allowance;
    if (!shared) return;
    allowance.share = 0;
    this.shared.push(allowance);
  }

  /** Gives the needs of calls a number. */
  demand(needs: readonly Need[]): number {
    return this.demands.push(needs) - 1;
  }

  /** `within`: the call that it is submitted from; -1 for none. */
  define(node: number, demand: number, within: number): void {
    this.graph.setDemand(node, demand);
    if (within < 0) return;
    this.parents.set(node, within);
    const holding = this.lentBy(within);
    if (holding !== null) this.around.set(node, holding);
  }

  isLimited(node: number): boolean {
    return this.demands.length > 1 && this.graph.demandOf(node) !== NO_NEEDS;
  }

  /** What a call lends of a label to those within it, itself or from around; undefined if nothing. */
  lent(label: number, within: number): number | undefined {
    return lentOf(label, this.lentBy(within))?.amount;
  }

  groupOf(node: number, pool: number): Group {
    const demand = this.graph.demandOf(node);
    const around = this.around.get(node) ?? null;
    this.groups[pool] ??= [];
    this.byDemand[demand] ??= new Map();
    const key = keyOf(pool, around);
    let group = this.byDemand[demand].get(key);
    if (group === undefined) {
      const needs = this.demands[demand]!;
      const sources = needs.map(({ label }) => lentOf(label, around) ?? this.limits[label]!);
      group = new Group(this.graph, pool, demand, needs, sources, around);
      this.byDemand[demand].set(key, group);
      this.groups[pool].push(group);
    }
    return group;
  }

  grant(node: number, group: Group): void {
    this.grants.set(node, new Grant(group, ++this.holdings));
  }

  started(node: number, at: number): void {
    this.grants.get(node)?.started(at);
  }

  wait(node: number): void {
    this.grants.get(node)?.wait();
  }

  /** A call that waited wants to go on: gives where it stands, or null until what it lent is back. */
  resume(node: number): Group | null {
    const { holding } = this.grants.get(node)!;
    if (holding === null || holding.isBack) return this.groupOf(node, this.graph.poolOf(node));
    this.unreturned.set(holding, node);
    return null;
  }

  /** Those within it have something of what it lends. */
  hasLent(node: number): boolean {
    return this.grants.get(node)?.holding?.isBack === false;
  }

  /** It would go on, but what it lent is not back yet. */
  isUnreturned(node: number): boolean {
    const holding = this.grants.get(node)?.holding ?? null;
    return holding !== null && this.unreturned.has(holding);
  }

  goOn(node: number): void {
    this.grants.get(node)!.goOn();
  }

  has(node: number): boolean {
    return this.grants.has(node);
  }

  /** What a call lacks, and which calls hold of it while they wait; null if those are of other runs. */
  lackingOf(node: number, pool: number): { readonly labels: readonly number[]; readonly holders: number[] | null } {
    const grant = this.grants.get(node);
    const group = grant?.group ?? this.groupOf(node, pool);
    const lacking = grant === undefined ? group.lacking() : group.lackingAgain();
    if (lacking.length === 0) {
      const asking = grant === undefined ? group.toStart : group.toGoOn;
      return { labels: asking?.uncovered ?? [], holders: null };
    }
    const holders = [...this.grants].filter(([, { waits, group }]) => {
      return waits && group.needs.some(({ held }, at) => held && lacking.includes(group.sources[at]!));
    });
    return { labels: lacking.map(({ label }) => label), holders: holders.map(([holder]) => holder) };
  }

  /** Whether any call waits for what is limited, or for what it has lent. */
  get anyWaiting(): boolean {
    if (this.unreturned.size > 0) return true;
    return this.groups.some(groups => groups.some(({ ready, resumers }) => ready.size > 0 || resumers.size > 0));
  }

  /** How much of each limited label is in use, and how many calls wait for more of it. */
  *usage(now: number): Iterable<LabelUse> {
    const waiting = new Map<number, number>();
    for (const group of this.groups.flat()) {
      const count = (number: number, again: boolean) => {
        if (number === 0) return;
        const labels = new Set(group.causes(now, again).flatMap(cause => ("label" in cause ? cause.label : [])));
        for (const label of labels) waiting.set(label, (waiting.get(label) ?? 0) + number);
      };
      count(group.waiting, false);
      count(group.resumers.size, true);
    }
    for (const allowance of this.limits) {
      if (allowance === undefined) continue;
      const { label, window, amount, used, isShared } = allowance;
      const use = { label, waiting: waiting.get(label) ?? 0, ...(isShared && { shared: true as const }) };
      if (Number.isFinite(amount) || window === null) yield { ...use, used, limit: amount };
      else yield { ...use, used: window.usedAt(now), limit: window.count, per: window.per };
    }
  }

  /** Takes back all that a call has. */
  end(node: number): void {
    const grant = this.grants.get(node);
    if (grant === undefined) return;
    this.grants.delete(node);
    grant.end();
    if (grant.holding !== null) this.unreturned.delete(grant.holding);
  }

  remove(node: number): void {
    // Most runs have none of them, and this is on the path of every call.
    if (this.parents.size === 0) return;
    this.around.delete(node);
    this.parents.delete(node);
  }

  /** Whether any call waits and keeps something meanwhile. */
  get anyLent(): boolean {
    for (const { waits, holding } of this.grants.values()) if (waits && holding !== null) return true;
    return false;
  }

  /** Those whose loans have come back, who may go on. */
  *returned(): Iterable<number> {
    for (const [holding, node] of this.unreturned) {
      if (!holding.isBack) continue;
      this.unreturned.delete(holding);
      yield node;
    }
  }

  /** Whether a group is kept back, so that one that has waited for long gets what it lacks. */
  isKeptBack(group: Group, hasRoom: (pool: number) => boolean): boolean {
    const { reserved } = this;
    if (reserved === null || reserved === group) return false;
    if (reserved.ready.size === 0) {
      this.reserved = null;
      return false;
    }
    if (!hasRoom(reserved.pool) || this.priorityOf(group) > this.priorityOf(reserved)) return false;
    return reserved.sources.some(source => group.draws(source));
  }

  /** One of a group was started, while others lacked what it takes. */
  overtook(group: Group, priority: number, blocked: readonly Group[], now: number): void {
    group.overtaken = 0;
    if (this.reserved === group) this.reserved = null;
    for (const other of blocked) {
      if (other === group || priority > this.priorityOf(other)) continue;
      if (!other.lackingAt(now).some(source => group.draws(source))) continue;
      other.overtaken++;
      if (other.overtaken >= PATIENCE) this.reserved ??= other;
    }
  }

  /** What was granted to one of a group by other runs came when it could not be used. */
  missed(group: Group): void {
    group.overtaken++;
    if (group.overtaken >= PATIENCE) this.reserved ??= group;
  }

  /** Forgets groups in which nobody is left: of calls within a call that lends, and where there are many. */
  tidy(pool: number): void {
    const groups = this.groups[pool];
    if (groups === undefined) return;
    for (let at = groups.length - 1; at >= 0; at--) {
      const group = groups[at]!;
      if (group.around === null && groups.length <= MANY) continue;
      if (group.ready.size > 0 || group.resumers.size > 0 || group.isAsking || group === this.reserved) continue;
      groups.splice(at, 1);
      this.byDemand[group.demand]!.delete(keyOf(pool, group.around));
    }
  }

  private priorityOf({ ready }: Group): number {
    return ready.size === 0 ? Number.NEGATIVE_INFINITY : this.graph.priorityOf(ready.first);
  }

  private lentBy(node: number): Holding | null {
    return this.grants.get(node)?.holding ?? this.around.get(node) ?? null;
  }
}

function keyOf(pool: number, around: Holding | null): number {
  return pool + (around?.number ?? 0) * 0x10000;
}
