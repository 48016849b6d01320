import { HOLDS_SLOT, IN_QUEUE, RESUMES, STARTED, WAITS } from "../../graph/flags.ts";
import type { Graph } from "../../graph/graph.ts";
import { ReadyQueue } from "../../graph/ready.ts";
import { QUEUED, RUNNING } from "../../graph/states.ts";
import type { Orders } from "../facts.ts";
import type { Cause } from "./causes.ts";
import { type Choice, Chooser, type PoolState } from "./chooser.ts";
import { isFrozen, type Standing, stuck } from "./deadlock.ts";
import type { Labels } from "./labels.ts";
import { Sharing } from "./sharing.ts";

/** The pool of flows, which run in the coordinator and have no labels. */
const FLOWS = 0;
/** How many calls a search for a deadlock looks at, at most, for each decision. */
const AT_ONCE = 256;

/** Whose turn it is: what waits for a slot or for labels, and which of it starts or goes on. */
export class Turns {
  now = 0;
  /** There are too many results for now: what would only add to them waits. */
  pressed = false;
  private readonly graph: Graph;
  private readonly labels: Labels;
  private readonly orders: Orders;
  private readonly removeIfDone: (node: number) => void;
  private readonly pools: PoolState[] = [];
  private readonly chooser: Chooser;
  readonly sharing: Sharing;
  /** How often nodes are in a queue besides the first time: since their priority was raised. */
  private readonly again = new Map<number, number>();
  /** Calls with limits, or that have waited, are about: what comes next is chosen among all pools. */
  private choosy = false;
  /** How often has been decided since the last search for calls that can never start. */
  private sinceSearch = 0;

  constructor(graph: Graph, labels: Labels, orders: Orders, removeIfDone: (node: number) => void) {
    this.graph = graph;
    this.labels = labels;
    this.orders = orders;
    this.removeIfDone = removeIfDone;
    this.chooser = new Chooser(graph, this.pools, labels);
    this.sharing = new Sharing(labels, this.pools, orders);
  }

  pool(pool: number, slots: number, free: number, exempt: boolean): void {
    const known = this.pools[pool];
    if (known !== undefined) {
      known.slots = slots;
      known.free = free;
      return;
    }
    const [ready, resumers] = [new ReadyQueue(this.graph), new ReadyQueue(this.graph)];
    this.pools[pool] = { slots, free, used: 0, promised: 0, exempt, ready, resumers };
  }

  /** Hands out what can run now. */
  decide(): void {
    const shares = this.labels.shared.length > 0;
    if (shares) this.sharing.giveBack();
    if (this.choosy) this.choose();
    else {
      for (let number = 0; number < this.pools.length; number++) {
        const pool = this.pools[number];
        if (pool !== undefined) this.fill(pool, number);
      }
    }
    if (!shares) return;
    this.sharing.settle(this.now);
    this.sharing.tell(this.sharing.isAsking && this.isFrozen());
  }

  /** What was asked for of shared limits cannot be had: a call that needs it fails, if nothing has changed meanwhile. */
  hopeless(number: number): void {
    const frozen = this.isFrozen();
    const asking = this.sharing.hopeless(number);
    if (asking === null || !frozen) return;
    const { again, group } = asking;
    const queue = again ? group.resumers : group.ready;
    this.purge(queue, group.pool, again);
    if (queue.size > 0) this.orders.stuck(queue.first);
  }

  private isFrozen(): boolean {
    return this.labels.anyLent && isFrozen(this.blocked(), this.standing());
  }

  /** A running call waits, and gives its slot back meanwhile. */
  wait(node: number): void {
    this.graph.unmark(node, HOLDS_SLOT);
    this.graph.mark(node, WAITS);
    this.pools[this.graph.poolOf(node)]!.used--;
    this.labels.wait(node);
  }

  resume(node: number): void {
    this.choosy = true;
    this.queueToResume(node);
  }

  /** Takes back the slot of a node, if it has one, and what it has of labels. */
  release(node: number): void {
    if (this.graph.has(node, WAITS)) this.graph.unmark(node, WAITS);
    else if (this.graph.has(node, HOLDS_SLOT)) {
      this.graph.unmark(node, HOLDS_SLOT);
      this.pools[this.graph.poolOf(node)]!.used--;
    } else return;
    if (this.labels.has(node)) this.labels.end(node);
  }

  private fill(pool: PoolState, number: number): void {
    while (pool.used < pool.slots && pool.ready.size > 0) {
      if (this.pressed && this.onlyAdds(pool)) return;
      const node = pool.ready.pop();
      this.tookOutOfQueue(node);
      if (this.isQueuedIn(node, number)) this.start(node, pool, number);
      else this.removeIfDone(node);
    }
  }

  /** Of equal priority, consumers are deeper, and so come first. */
  private onlyAdds({ exempt, ready }: PoolState): boolean {
    return !exempt && this.graph.depthOf(ready.first) === 0;
  }

  /** As `fill`, where what one pool starts may be what another lacks. */
  private choose(): void {
    for (;;) {
      for (const node of this.labels.returned()) this.queueToResume(node);
      const choice = this.chooser.next(this.now, this.purge) ?? this.lastResort();
      if (choice === null) break;
      const { pool: number, group, resumes } = choice;
      const pool = this.pools[number]!;
      if (choice.asks) {
        this.sharing.ask((resumes ? group!.toGoOn : group!.toStart)!);
        continue;
      }
      if (resumes) {
        const node = (group ?? pool).resumers.pop();
        this.goOn(node, pool);
        if (group !== null) this.sharing.used(group.toGoOn);
        continue;
      }
      const node = (group ?? pool).ready.pop();
      this.tookOutOfQueue(node);
      if (group !== null) {
        group.waiting--;
        this.labels.grant(node, group);
        this.sharing.used(group.toStart);
        this.labels.overtook(group, this.graph.priorityOf(node), this.chooser.blocked, this.now);
      }
      this.start(node, pool, number);
    }
    this.findStuck();
    this.choosy = this.labels.anyWaiting || this.pools.some(pool => pool !== undefined && pool.resumers.size > 0);
    if (!this.choosy) this.chooser.blocked.length = 0;
  }

  private lastResort(): Choice | null {
    return this.labels.anyLent ? this.chooser.lastResort(this.now, this.purge) : null;
  }

  /** Nothing can start: tells of a call for which nothing ever will make room, if there is one. */
  private findStuck(): void {
    if (!this.labels.anyLent || this.isTooSoon()) return;
    this.sinceSearch = 0;
    const [first] = stuck(this.blocked(), this.standing());
    if (first !== undefined) this.orders.stuck(first);
  }

  /** While something runs, large runs are searched less often than they are decided about. */
  private isTooSoon(): boolean {
    const size = this.labels.parents.size + this.labels.grants.size;
    const runs = this.pools.some(pool => pool !== undefined && !pool.exempt && pool.used > 0);
    return runs && ++this.sinceSearch * AT_ONCE < size;
  }

  private blocked(): number[] {
    const queued = this.chooser.blocked.filter(({ ready }) => ready.size > 0).map(({ ready }) => ready.first);
    const resumers = this.labels.groups.flatMap(groups => groups.filter(each => each.resumers.size > 0));
    return [...queued, ...resumers.map(group => group.resumers.first)];
  }

  private standing(): Standing {
    const { labels, graph } = this;
    return {
      graph,
      grants: labels.grants,
      parents: labels.parents,
      waits: node => this.graph.has(node, WAITS),
      isFlow: node => this.pools[graph.poolOf(node)]?.exempt === true && graph.poolOf(node) === FLOWS,
      groupOf: node => (labels.isLimited(node) ? labels.groupOf(node, graph.poolOf(node)) : null),
    };
  }

  private queueToResume(node: number): void {
    const queue = this.labels.has(node) ? this.labels.resume(node) : this.pools[this.graph.poolOf(node)]!;
    if (queue === null) return;
    this.graph.mark(node, RESUMES);
    queue.resumers.push(node);
  }

  /** Takes from the head of a queue what is no longer in it. */
  private readonly purge = (queue: ReadyQueue, pool: number, resumers: boolean): void => {
    while (queue.size > 0) {
      const node = queue.first;
      if (resumers && this.isLentAgain(node)) {
        queue.pop();
        this.graph.unmark(node, RESUMES);
        this.labels.resume(node);
        continue;
      }
      if (resumers ? this.graph.has(node, RESUMES) && this.graph.has(node, WAITS) : this.isQueuedIn(node, pool)) return;
      queue.pop();
      if (resumers) this.graph.unmark(node, RESUMES);
      else this.tookOutOfQueue(node);
      this.removeIfDone(node);
    }
  };

  /** It would go on, but while it stood here what it lends was lent once more. */
  private isLentAgain(node: number): boolean {
    return this.graph.has(node, RESUMES) && this.graph.has(node, WAITS) && this.labels.hasLent(node);
  }

  private isQueuedIn(node: number, pool: number): boolean {
    return this.graph.stateOf(node) === QUEUED && this.graph.poolOf(node) === pool;
  }

  private start(node: number, pool: PoolState, number: number): void {
    this.graph.setState(node, RUNNING);
    this.graph.unmark(node, STARTED);
    this.graph.mark(node, HOLDS_SLOT);
    pool.used++;
    this.orders.dispatch(node, number);
  }

  private goOn(node: number, pool: PoolState): void {
    this.graph.unmark(node, RESUMES | WAITS);
    this.graph.mark(node, HOLDS_SLOT);
    pool.used++;
    if (this.labels.has(node)) this.labels.goOn(node);
    this.orders.resume(node);
  }

  /** When rates let a call start that only waits for that. */
  opensAt(): number | undefined {
    let soonest: number | undefined;
    for (const group of this.chooser.blocked) {
      const at = group.opensAt(this.now);
      if (at !== null && (soonest === undefined || at < soonest)) soonest = at;
    }
    return soonest;
  }

  /** What keeps a call from starting, or one that waited from going on. */
  causes(node: number): Cause[] {
    const { labels, graph } = this;
    const number = graph.poolOf(node);
    const { exempt, used, slots, free } = this.pools[number]!;
    if (graph.stateOf(node) === RUNNING && !graph.has(node, WAITS)) return [{ why: "worker" }];
    if (graph.has(node, WAITS) && !graph.has(node, RESUMES)) return [{ why: "loan" }];
    const limited = !exempt && labels.isLimited(node);
    const causes = limited ? labels.groupOf(node, number).causes(this.now, graph.has(node, WAITS)) : [];
    if (used >= (limited && !graph.has(node, WAITS) ? free : slots)) causes.push({ why: "worker" });
    return causes.length === 0 ? [{ why: "turn" }] : causes;
  }

  /** A node that was queued has ended. */
  leaves(node: number): void {
    const pool = this.graph.poolOf(node);
    if (this.pools[pool]!.exempt || !this.labels.isLimited(node)) return;
    this.labels.groupOf(node, pool).waiting--;
  }

  enqueue(node: number): void {
    const isNew = this.graph.stateOf(node) !== QUEUED;
    this.graph.setState(node, QUEUED);
    if (this.graph.has(node, IN_QUEUE)) this.again.set(node, (this.again.get(node) ?? 0) + 1);
    this.graph.mark(node, IN_QUEUE);
    const number = this.graph.poolOf(node);
    const pool = this.pools[number]!;
    if (pool.exempt || !this.labels.isLimited(node)) {
      pool.ready.push(node);
      return;
    }
    this.choosy = true;
    const group = this.labels.groupOf(node, number);
    if (isNew) group.waiting++;
    group.ready.push(node);
  }

  private tookOutOfQueue(node: number): void {
    const more = this.again.size === 0 ? undefined : this.again.get(node);
    if (more === undefined) this.graph.unmark(node, IN_QUEUE);
    else if (more === 1) this.again.delete(node);
    else this.again.set(node, more - 1);
  }
}
