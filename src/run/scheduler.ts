import { ENDING, HOLDS_SLOT, IN_USE, REMOVED, RESUMES, STARTED, WAITS } from "../graph/flags.ts";
import { Graph } from "../graph/graph.ts";
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
import type { Need } from "./limits/allowance.ts";
import type { Lack } from "./limits/asking.ts";
import type { Cause } from "./limits/causes.ts";
import { Labels, type Limit } from "./limits/labels.ts";
import { Turns } from "./limits/turns.ts";
import { WakeQueue } from "./wakes.ts";

/**
 * Decides what runs when. A pure state machine: facts go in by its methods, decisions come out through `Orders`.
 * It knows no clock, promise, timer or I/O, so that it can be replayed from a journal of facts and tested at random.
 */
export class Scheduler {
  readonly graph = new Graph();
  readonly labels = new Labels(this.graph);
  private readonly turns: Turns;
  private readonly wakes = new WakeQueue();
  private readonly orders: Orders;
  private readonly journal: ((fact: Fact) => void) | undefined;
  private submitted = 0;

  constructor(orders: Orders, journal?: (fact: Fact) => void) {
    this.orders = orders;
    this.journal = journal;
    this.turns = new Turns(this.graph, this.labels, orders, node => this.removeIfDone(node));
  }

  stateOf(node: number): StateName {
    const state = this.graph.stateOf(node);
    return nameOfState(state === RUNNING && !this.graph.has(node, STARTED) ? QUEUED : state);
  }

  /** True until the call's function has begun to run. */
  isWaiting(node: number): boolean {
    const state = this.graph.stateOf(node);
    return state < RUNNING || state === RETRYING || (state === RUNNING && !this.graph.has(node, STARTED));
  }

  /** It waits for those that it submitted. */
  isHeldUp(node: number): boolean {
    return this.graph.has(node, WAITS);
  }

  /** It has waited, and would go on. */
  wantsToGoOn(node: number): boolean {
    return this.graph.has(node, RESUMES) || (this.isHeldUp(node) && this.labels.isUnreturned(node));
  }

  /** What keeps a call that is queued, or would go on, from it. */
  causes(node: number): Cause[] {
    return this.turns.causes(node);
  }

  /** `free`: how many of its slots are those of calls that run, rather than wait there for their turn. */
  pool(pool: number, slots: number, free = slots, exempt = false): void {
    this.journal?.({ fact: "pool", pool, slots, free, exempt });
    this.turns.pool(pool, slots, free, exempt);
  }

  limit(label: number, limit: Limit): void {
    this.journal?.({ fact: "limit", label, limit });
    this.labels.limit(label, limit);
  }

  /** A number for what calls need of labels that are limited. */
  demand(needs: readonly Need[]): number {
    this.journal?.({ fact: "demand", needs });
    return this.labels.demand(needs);
  }

  /** A node that waits until it is defined as a call, or settled from outside; `depth` is that of what it stands for. */
  declare(depth = 0): number {
    this.journal?.({ fact: "declared", depth });
    const node = this.graph.add();
    this.graph.setDepth(node, depth);
    this.graph.setOrder(node, ++this.submitted);
    return node;
  }

  /**
   * Makes a declared node a call of a pool. It starts when its inputs, none of which has settled, have completed: the
   * first `count` of the list. `within` is the call that submitted it, if that lends what it holds.
   */
  define(
    node: number,
    pool: number,
    priority: number,
    inputs: readonly number[],
    count = inputs.length,
    demand = 0,
    within = -1,
  ): void {
    this.journal?.({ fact: "defined", node, pool, priority, inputs: inputs.slice(0, count), demand, within });
    const { graph } = this;
    if (demand !== 0 || within >= 0) this.labels.define(node, demand, within);
    graph.setPool(node, pool);
    graph.setPriority(node, priority);
    for (let i = 0; i < count; i++) graph.link(inputs[i]!, node);
    if (graph.unmetOf(node) === 0) this.turns.enqueue(node);
  }

  /** A call that waits for inputs waits for one more, which has not settled. */
  joined(node: number, input: number): void {
    this.journal?.({ fact: "joined", node, input });
    if (this.graph.stateOf(node) === PENDING && this.graph.unmetOf(node) > 0) this.graph.link(input, node);
  }

  started(node: number, at = this.turns.now): void {
    this.journal?.({ fact: "started", node, at });
    // What has been given up may begin all the same, and counts for rates.
    if (this.labels.isLimited(node)) this.labels.started(node, at);
    if (this.graph.stateOf(node) === RUNNING) this.graph.mark(node, STARTED);
  }

  /** A running call waits for those that it submitted: its slot, and what it does not hold, are free meanwhile. */
  waits(node: number): void {
    this.journal?.({ fact: "waits", node });
    if (this.graph.has(node, HOLDS_SLOT)) this.turns.wait(node);
  }

  /** It would go on; `resume` says when it may. */
  resumes(node: number): void {
    this.journal?.({ fact: "resumes", node });
    if (this.graph.has(node, WAITS) && !this.graph.has(node, RESUMES)) this.turns.resume(node);
  }

  /** The node has ended, in a terminal state; settling twice changes nothing. */
  settled(node: number, state: number): void {
    this.journal?.({ fact: "settled", node, state });
    if (!isTerminal(this.graph.stateOf(node))) this.finish(node, state);
  }

  /** The runner no longer holds the node's slot. */
  freed(node: number): void {
    this.journal?.({ fact: "freed", node });
    this.turns.release(node);
    this.removeIfDone(node);
  }

  /** A call came back unfinished through no fault of its own: it runs again. */
  lost(node: number): void {
    this.journal?.({ fact: "lost", node });
    this.turns.release(node);
    if (this.graph.stateOf(node) === RUNNING) {
      this.graph.setState(node, PENDING);
      this.turns.enqueue(node);
    }
    this.removeIfDone(node);
  }

  /** A running call goes on in another pool, behind what waits there already according to the order. */
  moved(node: number, pool: number): void {
    this.journal?.({ fact: "moved", node, pool });
    this.turns.release(node);
    if (this.graph.stateOf(node) === RUNNING) {
      this.graph.setPool(node, pool);
      this.turns.enqueue(node);
    }
    this.removeIfDone(node);
  }

  /** A queued call is wanted by somebody with a higher priority. */
  raised(node: number, priority: number): void {
    this.journal?.({ fact: "raised", node, priority });
    const { graph } = this;
    if (graph.priorityOf(node) >= priority || isTerminal(graph.stateOf(node))) return;
    graph.setPriority(node, priority);
    if (graph.stateOf(node) === QUEUED) this.turns.enqueue(node);
  }

  /** An attempt failed and another will be made at `retryAt`, on the clock that `clock` tells. */
  failedForNow(node: number, retryAt: number): void {
    this.journal?.({ fact: "failedForNow", node, retryAt });
    this.turns.release(node);
    if (this.graph.stateOf(node) === RUNNING) {
      this.graph.setState(node, RETRYING);
      this.wakes.add(retryAt, node, this.graph.orderOf(node));
    }
    this.removeIfDone(node);
  }

  cancelled(node: number): void {
    this.journal?.({ fact: "cancelled", node });
    if (isTerminal(this.graph.stateOf(node))) return;
    const underWay = this.graph.has(node, HOLDS_SLOT | WAITS);
    this.finish(node, CANCELLED);
    if (underWay) this.orders.stop(node);
  }

  /** Other runs let this one have what it asked for under this number, and has not dropped. */
  shareGranted(number: number): void {
    this.journal?.({ fact: "shareGranted", number });
    this.turns.sharing.granted(number);
  }

  /** They do not yet; or they have not answered, and the slot is not to wait for that. */
  shareQueued(number: number, lacking: readonly Lack[]): void {
    this.journal?.({ fact: "shareQueued", number, lacking });
    this.turns.sharing.queued(number, lacking);
  }

  /** They never will, as what this run has is waited for by who has it. */
  shareHopeless(number: number): void {
    this.journal?.({ fact: "shareHopeless", number });
    this.turns.hopeless(number);
  }

  /** When `clock` should be told next; undefined when nothing waits for a time. */
  nextWake(): number | undefined {
    const opens = this.turns.opensAt();
    const wakes = this.wakes.next();
    return opens === undefined || (wakes !== undefined && wakes < opens) ? wakes : opens;
  }

  clock(now: number): void {
    this.journal?.({ fact: "clock", now });
    this.turns.now = Math.max(this.turns.now, now);
    for (let wake = this.wakes.due(now); wake !== undefined; wake = this.wakes.due(now)) {
      const { node, order } = wake;
      if (this.graph.stateOf(node) !== RETRYING || this.graph.orderOf(node) !== order) continue;
      this.graph.setState(node, PENDING);
      this.turns.enqueue(node);
    }
  }

  /** There are more results than there should be, for a while in which nothing starts that needs none. */
  pressed(on: boolean): void {
    this.journal?.({ fact: "pressed", on });
    this.turns.pressed = on;
  }

  /** Hands out what can run now. */
  decide(): void {
    this.journal?.({ fact: "decide" });
    this.turns.decide();
  }

  /** Ends a node and all that cannot run any more because of it; iterative, as graphs are deep. */
  private finish(node: number, state: number): void {
    const { graph, orders } = this;
    if (graph.stateOf(node) === QUEUED) this.turns.leaves(node);
    graph.setState(node, state);
    if (!graph.hasConsumers(node)) {
      this.removeIfDone(node);
      return;
    }
    if (state === COMPLETED) {
      for (let consumer = graph.cut(node); consumer >= 0; consumer = graph.cut(node)) {
        const unmet = graph.meet(consumer);
        if (graph.stateOf(consumer) !== PENDING) this.removeIfDone(consumer);
        else if (unmet === 0) this.turns.enqueue(consumer);
      }
      this.removeIfDone(node);
      return;
    }
    const ended = [node];
    this.graph.mark(node, ENDING);
    for (let at = 0; at < ended.length; at++) {
      const input = ended[at]!;
      for (let consumer = graph.cut(input); consumer >= 0; consumer = graph.cut(input)) {
        graph.meet(consumer);
        const open = graph.stateOf(consumer) === PENDING;
        if (open) {
          graph.setState(consumer, UPSTREAM_FAILED);
          this.graph.mark(consumer, ENDING);
          ended.push(consumer);
        }
        orders.upstreamFailed(consumer, input, open);
        if (!open) this.removeIfDone(consumer);
      }
    }
    for (const each of ended) {
      this.graph.unmark(each, ENDING);
      this.removeIfDone(each);
    }
  }

  private removeIfDone(node: number): void {
    const { graph } = this;
    if (!isTerminal(graph.stateOf(node)) || graph.unmetOf(node) !== 0 || graph.has(node, IN_USE)) return;
    this.graph.mark(node, REMOVED);
    this.labels.remove(node);
    this.orders.removed(node);
    graph.remove(node);
  }
}
