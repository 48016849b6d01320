import { expect } from "vitest";
import {
  CANCELLED,
  COMPLETED,
  isTerminal,
  nameOfState,
  PENDING,
  QUEUED,
  RETRYING,
  RUNNING,
  UPSTREAM_FAILED,
} from "../../src/graph/states.ts";
import type { Fact, Orders } from "../../src/run/facts.ts";
import { replay } from "../../src/run/replay.ts";
import { Scheduler } from "../../src/run/scheduler.ts";

/** A call as the model sees it: a plain object that knows its inputs and consumers. */
export interface Modelled {
  readonly node: number;
  readonly pool: number;
  readonly priority: number;
  depth: number;
  readonly order: number;
  readonly inputs: Modelled[];
  readonly consumers: Modelled[];
  readonly declared: boolean;
  state: number;
  holds: boolean;
  started: boolean;
  removed: boolean;
  retryAt: number;
  /** The causes of its end that the scheduler has told, and how many of them as the first. */
  readonly causes: Modelled[];
  firsts: number;
}

/**
 * Drives a scheduler with facts and says what each must lead to, by a model that is naive where the scheduler is
 * clever: it looks at everything, at every step.
 */
export class Driver implements Orders {
  readonly facts: Fact[] = [];
  readonly orders: string[] = [];
  readonly calls: Modelled[] = [];
  readonly scheduler = new Scheduler(this, fact => this.facts.push(fact));
  private readonly byNode = new Map<number, Modelled>();
  private readonly slots: number[] = [];
  private readonly mayStop = new Set<Modelled>();
  now = 0;

  resize(pool: number, slots: number): void {
    this.slots[pool] = slots;
    this.scheduler.pool(pool, slots);
    this.check();
  }

  get pools(): number {
    return this.slots.length;
  }

  /** A call; its inputs must not have ended. */
  submit(pool: number, priority: number, inputs: readonly Modelled[]): Modelled {
    const node = this.scheduler.declare();
    const depth = inputs.reduce((deepest, input) => Math.max(deepest, input.depth + 1), 0);
    const call = this.enter(node, { pool, priority, depth, inputs: [...inputs], declared: false });
    for (const input of inputs) input.consumers.push(call);
    if (inputs.length === 0) call.state = QUEUED;
    this.scheduler.define(
      node,
      pool,
      priority,
      inputs.map(input => input.node),
    );
    this.check();
    return call;
  }

  /** A call, if it still waits, waits for one more, which must not have ended, nor need the call. */
  joined(call: Modelled, input: Modelled): void {
    if (call.state === PENDING && !call.declared) {
      call.inputs.push(input);
      call.depth = Math.max(call.depth, input.depth + 1);
      input.consumers.push(call);
    }
    this.scheduler.joined(call.node, input.node);
    this.check();
  }

  /** A node that is settled from outside. */
  declare(depth: number): Modelled {
    const node = this.scheduler.declare(depth);
    const call = this.enter(node, { pool: -1, priority: 0, depth, inputs: [], declared: true });
    this.check();
    return call;
  }

  decide(): void {
    this.scheduler.decide();
    for (const [pool, slots] of this.slots.entries()) {
      if (this.used(pool) < slots) expect(this.ready(pool), `pool ${pool} has room`).toEqual([]);
    }
    this.check();
  }

  started(call: Modelled): void {
    if (call.state === RUNNING) call.started = true;
    this.scheduler.started(call.node);
    this.check();
  }

  settled(call: Modelled, state: number): void {
    this.end(call, state);
    this.scheduler.settled(call.node, state);
    this.check();
  }

  freed(call: Modelled): void {
    call.holds = false;
    this.scheduler.freed(call.node);
    this.check();
  }

  lost(call: Modelled): void {
    call.holds = false;
    if (call.state === RUNNING) call.state = QUEUED;
    this.scheduler.lost(call.node);
    this.check();
  }

  failedForNow(call: Modelled, retryAt: number): void {
    call.holds = false;
    if (call.state === RUNNING) {
      call.state = RETRYING;
      call.retryAt = retryAt;
    }
    this.scheduler.failedForNow(call.node, retryAt);
    this.check();
  }

  cancelled(call: Modelled): void {
    if (!isTerminal(call.state) && call.holds) this.mayStop.add(call);
    this.end(call, CANCELLED);
    this.scheduler.cancelled(call.node);
    expect(this.mayStop.size, "a call under way that is cancelled is stopped").toBe(0);
    this.check();
  }

  clock(now: number): void {
    this.now = Math.max(this.now, now);
    for (const call of this.calls) if (call.state === RETRYING && call.retryAt <= this.now) call.state = QUEUED;
    this.scheduler.clock(this.now);
    this.check();
  }

  /** Gives every pool room and ends what is left, in the way that `end` says. */
  drain(end: (call: Modelled) => void): void {
    for (let pool = 0; pool < this.pools; pool++) if (this.slots[pool]! < 1) this.resize(pool, 1);
    for (let round = 0; this.calls.some(call => !call.removed); round++) {
      expect(round, "everything ends").toBeLessThan(1000);
      for (const call of this.calls) if (call.declared && !isTerminal(call.state)) this.settled(call, COMPLETED);
      this.decide();
      for (const call of this.calls) if (call.holds) end(call);
      const wake = this.scheduler.nextWake();
      if (wake !== undefined) this.clock(wake);
      if (this.calls.some(call => call.state === RETRYING)) expect(wake).toBeDefined();
    }
  }

  dispatch(node: number, pool: number): void {
    this.orders.push(`dispatch ${node} in ${pool}`);
    const call = this.byNode.get(node)!;
    expect(call.state, "only what is queued is dispatched").toBe(QUEUED);
    expect(call.holds, "nothing is dispatched twice").toBe(false);
    expect(call.pool).toBe(pool);
    for (const input of call.inputs) expect(input.state, "inputs have completed").toBe(COMPLETED);
    expect(this.used(pool), "there is a slot").toBeLessThan(this.slots[pool]!);
    expect(this.ready(pool)[0], "the best goes first").toBe(call);
    call.state = RUNNING;
    call.started = false;
    call.holds = true;
  }

  resume(): void {
    throw new Error("nothing waits here");
  }

  stuck(): void {
    throw new Error("nothing is held here");
  }

  upstreamFailed(node: number, cause: number, first: boolean): void {
    this.orders.push(`upstreamFailed ${node} because of ${cause}, first: ${first}`);
    const call = this.byNode.get(node)!;
    call.causes.push(this.byNode.get(cause)!);
    if (first) call.firsts++;
    if (first) expect(call.causes.length).toBe(1);
  }

  stop(node: number): void {
    this.orders.push(`stop ${node}`);
    expect(this.mayStop.delete(this.byNode.get(node)!)).toBe(true);
  }

  share(): void {
    throw new Error("nothing is shared here");
  }

  removed(node: number): void {
    this.orders.push(`removed ${node}`);
    const call = this.byNode.get(node)!;
    expect(isTerminal(call.state), "only what has ended is removed").toBe(true);
    expect(call.holds).toBe(false);
    for (const input of call.inputs) expect(isTerminal(input.state)).toBe(true);
    call.removed = true;
    this.byNode.delete(node);
  }

  private enter(node: number, about: Pick<Modelled, "pool" | "priority" | "depth" | "inputs" | "declared">): Modelled {
    expect(this.byNode.has(node), "a number in use is not given out").toBe(false);
    const call: Modelled = {
      ...about,
      node,
      order: this.calls.length,
      consumers: [],
      state: PENDING,
      holds: false,
      started: false,
      removed: false,
      retryAt: 0,
      causes: [],
      firsts: 0,
    };
    this.calls.push(call);
    this.byNode.set(node, call);
    return call;
  }

  private end(call: Modelled, state: number): void {
    if (isTerminal(call.state)) return;
    call.state = state;
    for (const consumer of call.consumers) {
      if (consumer.state !== PENDING) continue;
      if (state !== COMPLETED) this.end(consumer, UPSTREAM_FAILED);
      else if (consumer.inputs.every(input => input.state === COMPLETED)) consumer.state = QUEUED;
    }
  }

  private used(pool: number): number {
    return this.calls.filter(call => call.pool === pool && call.holds).length;
  }

  /** What can run, best first. */
  private ready(pool: number): Modelled[] {
    return this.calls
      .filter(call => call.pool === pool && call.state === QUEUED)
      .sort((a, b) => b.priority - a.priority || b.depth - a.depth || a.order - b.order);
  }

  private check(): void {
    for (const call of this.calls) {
      const failed = call.inputs.filter(input => isTerminal(input.state) && input.state !== COMPLETED);
      expect(call.causes.map(cause => cause.order).sort()).toEqual(failed.map(input => input.order).sort());
      expect(call.firsts).toBe(call.state === UPSTREAM_FAILED ? 1 : 0);
      if (call.removed) continue;
      const shown = call.state === RUNNING && !call.started ? "queued" : nameOfState(call.state);
      expect(this.scheduler.stateOf(call.node), `state of ${call.order}`).toBe(shown);
    }
    expect(this.scheduler.graph.size).toBe(this.byNode.size);
  }
}

/** The orders that a fresh scheduler gives when it is told the same facts. */
export function replayed(facts: readonly Fact[]): string[] {
  const orders: string[] = [];
  const scheduler = new Scheduler({
    dispatch: (node, pool) => orders.push(`dispatch ${node} in ${pool}`),
    upstreamFailed: (node, cause, first) => orders.push(`upstreamFailed ${node} because of ${cause}, first: ${first}`),
    stuck: node => orders.push(`stuck ${node}`),
    resume: node => orders.push(`resume ${node}`),
    stop: node => orders.push(`stop ${node}`),
    share: order => orders.push(`share ${JSON.stringify(order)}`),
    removed: node => orders.push(`removed ${node}`),
  });
  for (const fact of facts) replay(scheduler, JSON.parse(JSON.stringify(fact)) as Fact);
  return orders;
}
