import fc from "fast-check";
import { expect, test } from "vitest";
import { UnderWay } from "../../src/run/under-way.ts";

const step = fc.record({ number: fc.oneof(fc.nat(40), fc.nat(5_000)), takes: fc.boolean() });

test("is what a map is, with all by their numbers", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3_000 }), steps => {
      const table = new UnderWay<string>();
      const map = new Map<number, string>();
      for (const [at, { number, takes }] of steps.entries()) {
        if (takes) {
          table.delete(number);
          map.delete(number);
        } else {
          table.set(number, `${at}`);
          map.set(number, `${at}`);
        }
        expect(table.get(number)).toBe(map.get(number));
        expect(table.size).toBe(map.size);
      }
      const sorted = [...map].sort(([a], [b]) => a - b);
      expect(table.all()).toEqual(sorted.map(([, item]) => item));
      for (const [number, item] of sorted) expect(table.get(number)).toBe(item);
    }),
  );
});
