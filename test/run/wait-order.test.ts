import fc from "fast-check";
import { expect, test } from "vitest";
import { WaitOrder } from "../../src/run/cached/order.ts";

test("a circle is found exactly when an edge closes one", () => {
  const edges = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 60 });
  fc.assert(
    fc.property(edges, pairs => {
      const nodes = Array.from({ length: 12 }, (_, name) => ({ name }));
      const order = new WaitOrder<{ name: number }>();
      for (const node of nodes) order.add(node);
      const accepted: (readonly [number, number])[] = [];
      for (const [from, to] of pairs) {
        const circle = order.wait(nodes[from]!, nodes[to]!);
        expect(circle !== null).toBe(reaches(to, from, accepted));
        if (circle === null) accepted.push([from, to]);
        else {
          expect(circle[0]).toBe(nodes[to]);
          expect(circle.at(-1)).toBe(nodes[from]);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("what has ended closes no circle", () => {
  const [a, b] = [{ name: "a" }, { name: "b" }];
  const order = new WaitOrder<{ name: string }>();
  order.add(a);
  order.add(b);
  expect(order.wait(a, b)).toBeNull();
  order.remove(b);
  order.add(b);
  expect(order.wait(b, a)).toBeNull();
});

function reaches(from: number, to: number, edges: readonly (readonly [number, number])[]): boolean {
  const open = [from];
  const seen = new Set(open);
  for (const at of open) {
    if (at === to) return true;
    for (const [a, b] of edges) {
      if (a === at && !seen.has(b)) {
        seen.add(b);
        open.push(b);
      }
    }
  }
  return false;
}
