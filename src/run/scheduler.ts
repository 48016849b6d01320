import { Graph } from "../graph/graph.ts";
import { ReadyQueue } from "../graph/ready.ts";
import {
  CANCELLED,
  COMPLETED,
  isTerminal,
  nameOfState,
  PENDING,
  QUEUED,
  RETRYING,
  RUNNING,
  type StateName,
  UPSTREAM_FAILED,
} from "../graph/states.ts";
import type { Fact, Orders } from "./facts.ts";
import { WakeQueue } from "./wakes.ts";

const IN_QUEUE = 1;
const HOLDS_SLOT = 2;
const STARTED = 4;
const REMOVED = 8;
/** What the node's end means for its consumers is still being worked out. */
const ENDING = 16;

interface Pool {
  slots: number;
  used: number;
  readonly ready: ReadyQueue;
}

/**
 * Decides what runs when. A pure state machine: facts go in by its methods, decisions come out through `Orders`.
 * It knows no clock, promise, timer or I/O, so that it can be replayed from a journal of facts and tested at random.
 */
export class Scheduler {
  readonly graph = new Graph();
  private readonly pools: Pool[] = [];
  private readonly wakes = new WakeQueue();
  /** How often nodes are in a queue besides the first time: since their priority was raised. */
  private readonly again = new Map<number, number>();
  private readonly orders: Orders;
  private readonly journal: ((fact: Fact) => void) | undefined;
  private submitted = 0;

  constructor(orders: Orders, journal?: (fact: Fact) => void) {
    this.orders = orders;
    this.journal = journal;
  }

  stateOf(node: number): StateName {
    const state = this.graph.state[node]!;
    return nameOfState(state === RUNNING && !this.has(node, STARTED) ? QUEUED : state);
  }

  /** True until the call's function has begun to run. */
  isWaiting(node: number): boolean {
    const state = this.graph.state[node]!;
    return state < RUNNING || state === RETRYING || (state === RUNNING && !this.has(node, STARTED));
  }

  pool(pool: number, slots: number): void {
    this.journal?.({ fact: "pool", pool, slots });
    const known = this.pools[pool];
    if (known === undefined) this.pools[pool] = { slots, used: 0, ready: new ReadyQueue(this.graph) };
    else known.slots = slots;
  }

  /** A node that waits until it is defined as a call, or settled from outside; `depth` is that of what it stands for. */
  declare(depth = 0): number {
    this.journal?.({ fact: "declared", depth });
    const node = this.graph.add();
    this.graph.depth[node] = depth;
    this.graph.order[node] = ++this.submitted;
    return node;
  }

  /**
   * Makes a declared node a call of a pool. It starts when its inputs, none of which has settled, have completed: the
   * first `count` of the list.
   */
  define(node: number, pool: number, priority: number, inputs: readonly number[], count = inputs.length): void {
    this.journal?.({ fact: "defined", node, pool, priority, inputs: inputs.slice(0, count) });
    const { graph } = this;
    graph.pool[node] = pool;
    graph.priority[node] = priority;
    for (let i = 0; i < count; i++) graph.link(inputs[i]!, node);
    if (graph.unmet[node] === 0) this.enqueue(node);
  }

  started(node: number): void {
    this.journal?.({ fact: "started", node });
    if (this.graph.state[node] === RUNNING) this.mark(node, STARTED);
  }

  /** The node has ended, in a terminal state; settling twice changes nothing. */
  settled(node: number, state: number): void {
    this.journal?.({ fact: "settled", node, state });
    if (!isTerminal(this.graph.state[node]!)) this.finish(node, state);
  }

  /** The runner no longer holds the node's slot. */
  freed(node: number): void {
    this.journal?.({ fact: "freed", node });
    this.release(node);
    this.removeIfDone(node);
  }

  /** A call came back unfinished through no fault of its own: it runs again. */
  lost(node: number): void {
    this.journal?.({ fact: "lost", node });
    this.release(node);
    if (this.graph.state[node] === RUNNING) {
      this.graph.state[node] = PENDING;
      this.enqueue(node);
    }
    this.removeIfDone(node);
  }

  /** A running call goes on in another pool, behind what waits there already according to the order. */
  moved(node: number, pool: number): void {
    this.journal?.({ fact: "moved", node, pool });
    this.release(node);
    if (this.graph.state[node] === RUNNING) {
      this.graph.pool[node] = pool;
      this.enqueue(node);
    }
    this.removeIfDone(node);
  }

  /** A queued call is wanted by somebody with a higher priority. */
  raised(node: number, priority: number): void {
    this.journal?.({ fact: "raised", node, priority });
    const { graph } = this;
    if (graph.priority[node]! >= priority || isTerminal(graph.state[node]!)) return;
    graph.priority[node] = priority;
    if (graph.state[node] === QUEUED) this.enqueue(node);
  }

  /** An attempt failed and another will be made at `retryAt`, on the clock that `clock` tells. */
  failedForNow(node: number, retryAt: number): void {
    this.journal?.({ fact: "failedForNow", node, retryAt });
    this.release(node);
    if (this.graph.state[node] === RUNNING) {
      this.graph.state[node] = RETRYING;
      this.wakes.add(retryAt, node, this.graph.order[node]!);
    }
    this.removeIfDone(node);
  }

  cancelled(node: number): void {
    this.journal?.({ fact: "cancelled", node });
    if (isTerminal(this.graph.state[node]!)) return;
    const underWay = this.has(node, HOLDS_SLOT);
    this.finish(node, CANCELLED);
    if (underWay) this.orders.stop(node);
  }

  /** When `clock` should be told next; undefined when nothing waits for a time. */
  nextWake(): number | undefined {
    return this.wakes.next();
  }

  clock(now: number): void {
    this.journal?.({ fact: "clock", now });
    for (let wake = this.wakes.due(now); wake !== undefined; wake = this.wakes.due(now)) {
      const { node, order } = wake;
      if (this.graph.state[node] !== RETRYING || this.graph.order[node] !== order) continue;
      this.graph.state[node] = PENDING;
      this.enqueue(node);
    }
  }

  /** Hands out what can run now. */
  decide(): void {
    this.journal?.({ fact: "decide" });
    for (let number = 0; number < this.pools.length; number++) {
      const pool = this.pools[number];
      if (pool !== undefined) this.fill(pool, number);
    }
  }

  replay(fact: Fact): void {
    if (fact.fact === "pool") this.pool(fact.pool, fact.slots);
    else if (fact.fact === "declared") this.declare(fact.depth);
    else if (fact.fact === "defined") this.define(fact.node, fact.pool, fact.priority, fact.inputs);
    else if (fact.fact === "started") this.started(fact.node);
    else if (fact.fact === "settled") this.settled(fact.node, fact.state);
    else if (fact.fact === "freed") this.freed(fact.node);
    else if (fact.fact === "lost") this.lost(fact.node);
    else if (fact.fact === "moved") this.moved(fact.node, fact.pool);
    else if (fact.fact === "raised") this.raised(fact.node, fact.priority);
    else if (fact.fact === "failedForNow") this.failedForNow(fact.node, fact.retryAt);
    else if (fact.fact === "cancelled") this.cancelled(fact.node);
    else if (fact.fact === "clock") this.clock(fact.now);
    else this.decide();
  }

  private fill(pool: Pool, number: number): void {
    const { graph } = this;
    while (pool.used < pool.slots && pool.ready.size > 0) {
      const node = pool.ready.pop();
      this.tookOutOfQueue(node);
      if (graph.state[node] !== QUEUED || graph.pool[node] !== number) {
        this.removeIfDone(node);
        continue;
      }
      graph.state[node] = RUNNING;
      this.unmark(node, STARTED);
      this.mark(node, HOLDS_SLOT);
      pool.used++;
      this.orders.dispatch(node, number);
    }
  }

  private enqueue(node: number): void {
    this.graph.state[node] = QUEUED;
    if (this.has(node, IN_QUEUE)) this.again.set(node, (this.again.get(node) ?? 0) + 1);
    this.mark(node, IN_QUEUE);
    this.pools[this.graph.pool[node]!]!.ready.push(node);
  }

  private tookOutOfQueue(node: number): void {
    const more = this.again.size === 0 ? undefined : this.again.get(node);
    if (more === undefined) this.unmark(node, IN_QUEUE);
    else if (more === 1) this.again.delete(node);
    else this.again.set(node, more - 1);
  }

  /** Ends a node and all that cannot run any more because of it; iterative, as graphs are deep. */
  private finish(node: number, state: number): void {
    const { graph, orders } = this;
    graph.state[node] = state;
    if (!graph.hasConsumers(node)) {
      this.removeIfDone(node);
      return;
    }
    const ended = [node];
    this.mark(node, ENDING);
    const consumers: number[] = [];
    for (let at = 0; at < ended.length; at++) {
      const input = ended[at]!;
      const failed = graph.state[input] !== COMPLETED;
      consumers.length = 0;
      graph.cut(input, consumers);
      for (const consumer of consumers) {
        graph.unmet[consumer]!--;
        const open = graph.state[consumer] === PENDING;
        if (failed) {
          if (open) {
            graph.state[consumer] = UPSTREAM_FAILED;
            this.mark(consumer, ENDING);
            ended.push(consumer);
          }
          orders.upstreamFailed(consumer, input, open);
        } else if (open && graph.unmet[consumer] === 0) {
          this.enqueue(consumer);
        }
        if (!open) this.removeIfDone(consumer);
      }
    }
    for (const each of ended) {
      this.unmark(each, ENDING);
      this.removeIfDone(each);
    }
  }

  private release(node: number): void {
    if (!this.has(node, HOLDS_SLOT)) return;
    this.unmark(node, HOLDS_SLOT);
    this.pools[this.graph.pool[node]!]!.used--;
  }

  private removeIfDone(node: number): void {
    const { graph } = this;
    if (!isTerminal(graph.state[node]!) || graph.unmet[node] !== 0) return;
    if (this.has(node, IN_QUEUE | HOLDS_SLOT | REMOVED | ENDING)) return;
    this.mark(node, REMOVED);
    this.orders.removed(node);
    graph.remove(node);
  }

  private has(node: number, flags: number): boolean {
    return (this.graph.flags[node]! & flags) !== 0;
  }

  private mark(node: number, flag: number): void {
    this.graph.flags[node]! |= flag;
  }

  private unmark(node: number, flag: number): void {
    this.graph.flags[node]! &= ~flag;
  }
}
