interface Wake {
  readonly at: number;
  readonly node: number;
  /** The node's place in the order of submission: a number may belong to another node by then. */
  readonly order: number;
}

/** What waits for a time, soonest first. */
export class WakeQueue {
  private readonly waiting: Wake[] = [];

  add(at: number, node: number, order: number): void {
    let low = 0;
    let high = this.waiting.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.waiting[middle]!.at > at) low = middle + 1;
      else high = middle;
    }
    this.waiting.splice(low, 0, { at, node, order });
  }

  next(): number | undefined {
    return this.waiting[this.waiting.length - 1]?.at;
  }

  due(now: number): Wake | undefined {
    const next = this.next();
    return next !== undefined && next <= now ? this.waiting.pop() : undefined;
  }
}
