import { Heap } from "../graph/heap.ts";

interface Wake {
  readonly at: number;
  readonly node: number;
  /** The node's place in the order of submission: a number may belong to another node by then. */
  readonly order: number;
}

/** What waits for a time, soonest first, and of one time the one submitted first. */
export class WakeQueue {
  private readonly waiting = new Heap<Wake>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));

  add(at: number, node: number, order: number): void {
    this.waiting.push({ at, node, order });
  }

  next(): number | undefined {
    return this.waiting.first?.at;
  }

  due(now: number): Wake | undefined {
    const next = this.next();
    return next !== undefined && next <= now ? this.waiting.pop() : undefined;
  }
}
