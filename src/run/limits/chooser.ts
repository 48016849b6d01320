import type { Graph } from "../../graph/graph.ts";
import { goesBefore, type ReadyQueue } from "../../graph/ready.ts";
import type { Allowance } from "./allowance.ts";
import type { Group } from "./group.ts";
import type { Labels } from "./labels.ts";

/** A place where calls run, as the scheduler counts it. */
export interface PoolState {
  /** How many calls it takes at once, those that wait there for their turn included. */
  slots: number;
  /** How many of them run at once: calls with limits are not sent ahead of their turn. */
  free: number;
  used: number;
  /** How many are kept free until it is known whether other runs let a call start. */
  promised: number;
  /** Labels do not count there: it executes nothing, as the gate, or only orchestrates, as flows do. */
  exempt: boolean;
  /** What needs nothing that is limited. */
  readonly ready: ReadyQueue;
  readonly resumers: ReadyQueue;
}

/** The next call to start, or to go on. */
export interface Choice {
  readonly pool: number;
  readonly group: Group | null;
  readonly resumes: boolean;
  /** Other runs have to be asked first. */
  readonly asks: boolean;
}

export type Purge = (queue: ReadyQueue, pool: number, resumers: boolean) => void;

/** Chooses among calls of which some need what is limited. Those that have waited for others go before all new ones. */
export class Chooser {
  /** Groups whose pool has room, while labels have not. */
  readonly blocked: Group[] = [];
  private readonly graph: Graph;
  private readonly pools: readonly PoolState[];
  private readonly labels: Labels;
  private readonly hasRoom = (pool: number) => {
    const { used, promised, free } = this.pools[pool]!;
    return used + promised < free;
  };

  constructor(graph: Graph, pools: readonly PoolState[], labels: Labels) {
    this.graph = graph;
    this.pools = pools;
    this.labels = labels;
  }

  /** Null if nothing can start now. `purge` takes from the head of a queue what is no longer in it. */
  next(now: number, purge: Purge): Choice | null {
    const wanted = new Set<Allowance>();
    for (let pool = 0; pool < this.pools.length; pool++) {
      const resumer = this.resumer(pool, wanted, purge);
      if (resumer !== null) return resumer;
    }
    this.blocked.length = 0;
    let best: Choice | null = null;
    for (let pool = 0; pool < this.pools.length; pool++) {
      const choice = this.ofPool(pool, now, wanted, purge);
      if (choice !== null && (best === null || this.precedes(choice, best))) best = choice;
    }
    return best;
  }

  /** Nothing runs that could give anything back: then what is kept back for some only keeps all from getting on. */
  lastResort(now: number, purge: Purge): Choice | null {
    if (this.pools.some(pool => pool !== undefined && !pool.exempt && pool.used > 0)) return null;
    for (let pool = 0; pool < this.pools.length; pool++) {
      const choice = this.ofPool(pool, now, null, purge);
      if (choice !== null) return choice;
    }
    return null;
  }

  private resumer(pool: number, wanted: Set<Allowance>, purge: Purge): Choice | null {
    const state = this.pools[pool];
    if (state === undefined) return null;
    const hasSlot = state.used + state.promised < state.slots;
    purge(state.resumers, pool, true);
    if (hasSlot && state.resumers.size > 0) return { pool, group: null, resumes: true, asks: false };
    for (const group of this.labels.groups[pool] ?? []) {
      purge(group.resumers, pool, true);
      if (group.resumers.size === 0) continue;
      if (hasSlot && group.fitsAgain()) return { pool, group, resumes: true, asks: false };
      if (hasSlot && group.toGoOn?.isOpen && group.hasRoomAgain()) return { pool, group, resumes: true, asks: true };
      // What one that goes on lacks is not given to those that begin.
      for (const source of group.lackingAgain()) wanted.add(source);
    }
    return null;
  }

  private ofPool(pool: number, now: number, wanted: ReadonlySet<Allowance> | null, purge: Purge): Choice | null {
    const state = this.pools[pool];
    if (state === undefined || state.used + state.promised >= state.slots) return null;
    purge(state.ready, pool, false);
    let best: Choice | null = state.ready.size > 0 ? { pool, group: null, resumes: false, asks: false } : null;
    for (const group of this.labels.groups[pool] ?? []) {
      purge(group.ready, pool, false);
      if (group.ready.size === 0) continue;
      const fits = group.fits(now);
      if (!fits && !(group.toStart?.isOpen && group.hasRoom(now))) {
        if (wanted !== null && this.hasRoom(pool)) this.blocked.push(group);
        continue;
      }
      if (wanted !== null && this.isKeptBack(group, wanted)) continue;
      const choice = { pool, group, resumes: false, asks: !fits };
      if (best === null || this.precedes(choice, best)) best = choice;
    }
    this.labels.tidy(pool);
    // It waits for a worker that is free, and nothing less urgent is sent ahead meanwhile.
    return best !== null && best.group !== null && !this.hasRoom(pool) ? null : best;
  }

  private isKeptBack(group: Group, wanted: ReadonlySet<Allowance>): boolean {
    return group.sources.some(source => wanted.has(source)) || this.labels.isKeptBack(group, this.hasRoom);
  }

  private precedes(a: Choice, b: Choice): boolean {
    return goesBefore(this.graph, this.firstOf(a), this.firstOf(b));
  }

  private firstOf({ pool, group }: Choice): number {
    return (group?.ready ?? this.pools[pool]!.ready).first;
  }
}
