import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import { ReadyQueue } from "../../src/graph/ready.ts";
import { COMPLETED, isTerminal, nameOfState, PENDING, RUNNING, stateNames } from "../../src/graph/states.ts";

/** All consumers of a node, as they are cut. */
function cutAll(graph: Graph, node: number): number[] {
  const consumers: number[] = [];
  for (let consumer = graph.cut(node); consumer >= 0; consumer = graph.cut(node)) consumers.push(consumer);
  return consumers;
}

describe("Graph", () => {
  test("keeps the consumers of a node in the order of their links, and forgets them when cut", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.nat(200)), { maxLength: 400 }), pairs => {
        const graph = new Graph();
        for (let i = 0; i <= 200; i++) expect(graph.add()).toBe(i);
        const consumers = Array.from({ length: 201 }, (): number[] => []);
        const depth = new Array<number>(201).fill(0);
        const unmet = new Array<number>(201).fill(0);
        for (const [a, b] of pairs) {
          if (a === b) continue;
          const [input, consumer] = [Math.min(a, b), Math.max(a, b)];
          graph.link(input, consumer);
          consumers[input]!.push(consumer);
          unmet[consumer]!++;
          depth[consumer] = Math.max(depth[consumer]!, depth[input]! + 1);
        }
        expect([...graph.unmet.subarray(0, 201)]).toEqual(unmet);
        expect([...graph.depth.subarray(0, 201)]).toEqual(depth);
        for (let i = 0; i <= 200; i++) {
          expect([...graph.consumersOf(i)]).toEqual(consumers[i]);
          expect(cutAll(graph, i)).toEqual(consumers[i]);
          expect([...graph.consumersOf(i)]).toEqual([]);
          expect(cutAll(graph, i)).toEqual([]);
        }
      }),
    );
  });

  test("gives numbers out again when nodes are removed, with nothing left of what they were", () => {
    const graph = new Graph();
    for (let round = 0; round < 100; round++) {
      const nodes = Array.from({ length: 10 }, () => graph.add());
      expect(new Set(nodes).size).toBe(10);
      expect(graph.size).toBe(10);
      for (const node of nodes) {
        expect(graph.state[node]).toBe(PENDING);
        expect([graph.unmet[node], graph.depth[node], graph.priority[node], graph.flags[node]]).toEqual([0, 0, 0, 0]);
        expect(graph.pool[node]).toBe(-1);
        expect(cutAll(graph, node)).toEqual([]);
      }
      for (const node of nodes) {
        graph.state[node] = COMPLETED;
        graph.depth[node] = 5;
        graph.flags[node] = 7;
        graph.remove(node);
      }
    }
    expect(graph.size).toBe(0);
    expect(graph.bound).toBe(10);
  });

  test("does not give back what is in use", () => {
    const graph = new Graph();
    const [a, b] = [graph.add(), graph.add()];
    expect(() => graph.remove(a)).toThrow("still in use");
    graph.link(a, b);
    graph.state[b] = COMPLETED;
    expect(() => graph.remove(b)).toThrow("still in use");
  });

  test("grows beyond its first arrays without losing anything", () => {
    const graph = new Graph();
    for (let i = 0; i < 5000; i++) {
      const node = graph.add();
      graph.order[node] = i;
      graph.priority[node] = i / 2;
      if (i > 0) graph.link(node - 1, node);
    }
    expect(graph.depth[4999]).toBe(4999);
    expect(graph.order[4321]).toBe(4321);
    expect(graph.priority[4321]).toBe(2160.5);
    expect([...cutAll(graph, 63), ...cutAll(graph, 64)]).toEqual([64, 65]);
  });
});

describe("ReadyQueue", () => {
  test.each([
    ["few", 2, 3, 300],
    ["many", 1000, 50, 2000],
  ])("gives the best by priority, depth and order, with %s of them", (_, priorities, depths, most) => {
    const node = fc.record({
      priority: fc.integer({ min: -priorities, max: priorities }),
      depth: fc.nat(depths),
      late: fc.boolean(),
    });
    const popOrPush = fc.option(node, { freq: 3 });
    fc.assert(
      fc.property(fc.array(popOrPush, { maxLength: most, size: "max" }), steps => {
        const graph = new Graph();
        const ready = new ReadyQueue(graph);
        const naive: { node: number; priority: number; depth: number; order: number }[] = [];
        const pop = () => {
          naive.sort((a, b) => b.priority - a.priority || b.depth - a.depth || a.order - b.order);
          expect(ready.pop()).toBe(naive.shift()!.node);
        };
        for (const [at, step] of steps.entries()) {
          if (step === null) {
            if (naive.length > 0) pop();
            continue;
          }
          const made = graph.add();
          const { priority, depth, late } = step;
          const order = late ? at : at - 1000;
          graph.priority[made] = priority;
          graph.depth[made] = depth;
          graph.order[made] = order;
          ready.push(made);
          naive.push({ node: made, priority, depth, order });
          expect(ready.size).toBe(naive.length);
        }
        while (naive.length > 0) pop();
        expect(ready.size).toBe(0);
      }),
      { numRuns: most > 300 ? 20 : 200 },
    );
  });

  test("holds its order over long queues that are partly taken", () => {
    const graph = new Graph();
    const ready = new ReadyQueue(graph);
    let order = 0;
    const push = () => {
      const made = graph.add();
      graph.order[made] = order++;
      ready.push(made);
    };
    for (let i = 0; i < 5000; i++) push();
    for (let i = 0; i < 3000; i++) expect(ready.pop()).toBe(i);
    ready.push(17);
    for (let i = 0; i < 1000; i++) push();
    expect(ready.pop()).toBe(17);
    for (let i = 3000; i < 6000; i++) expect(ready.pop()).toBe(i);
    expect(ready.size).toBe(0);
  });
});

test("every state has a name, and those from completed on are terminal", () => {
  expect(stateNames.map((_, state) => nameOfState(state))).toEqual([...stateNames]);
  expect(nameOfState(RUNNING)).toBe("running");
  expect(stateNames.filter((_, state) => !isTerminal(state))).toEqual(["pending", "queued", "running", "retrying"]);
});
