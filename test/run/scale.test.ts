import { describe, expect, test } from "vitest";
import { COMPLETED, FAILED } from "../../src/graph/states.ts";
import { Scheduler } from "../../src/run/scheduler.ts";

/** A run in which every call completes at once: dispatched calls are ended one by one, in the order of their dispatch. */
class Mill {
  readonly dispatched: number[] = [];
  readonly scheduler: Scheduler;
  upstream = 0;
  ended = 0;
  private head = 0;

  constructor(slots: number) {
    this.scheduler = new Scheduler({
      dispatch: node => this.dispatched.push(node),
      resume: () => {},
      stuck: () => {},
      upstreamFailed: () => this.upstream++,
      stop: () => {},
      share: () => {},
      removed: () => {},
    });
    this.scheduler.pool(0, slots);
  }

  call(...inputs: number[]): number {
    const node = this.scheduler.declare();
    this.scheduler.define(node, 0, 0, inputs);
    return node;
  }

  grind(ended: (node: number) => void = () => {}): void {
    const { scheduler, dispatched } = this;
    for (scheduler.decide(); this.head < dispatched.length; scheduler.decide()) {
      const node = dispatched[this.head++]!;
      scheduler.started(node);
      scheduler.settled(node, COMPLETED);
      ended(node);
      scheduler.freed(node);
      this.ended++;
    }
  }
}

describe("large graphs", () => {
  test("a chain of 100,000 runs link by link, and fails to its end without overflowing the stack", () => {
    const links = 100_000;
    for (const state of [COMPLETED, FAILED]) {
      const mill = new Mill(4);
      const first = mill.scheduler.declare();
      for (let i = 0, last = first; i < links; i++) last = mill.call(last);
      mill.scheduler.settled(first, state);
      mill.grind();
      expect(mill.ended).toBe(state === COMPLETED ? links : 0);
      expect(mill.upstream).toBe(state === COMPLETED ? 0 : links);
      expect(mill.scheduler.graph.size).toBe(0);
    }
  });

  test("100,000 calls into one", () => {
    const mill = new Mill(7);
    const last = mill.call(...Array.from({ length: 100_000 }, () => mill.call()));
    mill.grind();
    expect(mill.ended).toBe(100_001);
    expect(mill.dispatched.at(-1)).toBe(last);
    expect(mill.scheduler.graph.size).toBe(0);
  });

  test("one call into 100,000, all told when it fails", () => {
    const mill = new Mill(1);
    const root = mill.scheduler.declare();
    for (let i = 0; i < 100_000; i++) mill.call(root);
    mill.scheduler.settled(root, FAILED);
    expect(mill.upstream).toBe(100_000);
    expect(mill.scheduler.graph.size).toBe(0);
  });

  test("a million independent calls, in the order of their submission", () => {
    const mill = new Mill(64);
    for (let i = 0; i < 1_000_000; i++) mill.call();
    let inOrder = true;
    mill.grind(node => {
      inOrder &&= node === mill.ended;
    });
    expect(inOrder).toBe(true);
    expect(mill.ended).toBe(1_000_000);
    expect(mill.scheduler.graph.size).toBe(0);
  });

  test("a million calls a hundred at a time need the room of a hundred", () => {
    const mill = new Mill(3);
    for (let round = 0; round < 10_000; round++) {
      for (let i = 0; i < 100; i++) mill.call();
      mill.grind();
    }
    expect(mill.ended).toBe(1_000_000);
    expect(mill.scheduler.graph.bound).toBe(100);
  });

  test.each([[1], [2], [8]])("a tree of 65,536 leaves keeps few results alive with %d slots", slots => {
    const leaves = 65_536;
    const mill = new Mill(slots);
    const consumed: number[][] = [];
    let level = Array.from({ length: leaves }, () => mill.call());
    while (level.length > 1) {
      const next: number[] = [];
      for (let i = 0; i < level.length; i += 2) {
        const node = mill.call(level[i]!, level[i + 1]!);
        consumed[node] = [level[i]!, level[i + 1]!];
        next.push(node);
      }
      level = next;
    }
    let alive = 0;
    let most = 0;
    mill.grind(node => {
      alive += 1 - (consumed[node]?.length ?? 0);
      most = Math.max(most, alive);
    });
    expect(mill.ended).toBe(2 * leaves - 1);
    expect(alive).toBe(1);
    expect(most).toBeLessThan(17 + 2 * slots);
  });

  test("100,000 priorities at once, and as many times to wake at", () => {
    const count = 100_000;
    const mill = new Mill(0);
    const { scheduler } = mill;
    const nodes = Array.from({ length: count }, (_, i) => {
      const node = scheduler.declare();
      scheduler.define(node, 0, -i, []);
      return node;
    });
    scheduler.pool(0, count);
    scheduler.decide();
    expect(mill.dispatched).toEqual(nodes);
    for (const [i, node] of nodes.entries()) scheduler.failedForNow(node, i);
    scheduler.clock(count / 2 - 1);
    scheduler.decide();
    expect(mill.dispatched.length).toBe(1.5 * count);
    expect(scheduler.nextWake()).toBe(count / 2);
  });
});
