import fc from "fast-check";
import { expect, test } from "vitest";
import { Circuit, PAUSE } from "../../src/store/remote/circuit.ts";

test("after trouble nobody asks for a while, then one, then all", () => {
  const circuit = new Circuit();
  expect(circuit.allows(0)).toBe(true);
  circuit.failed(0);
  expect(circuit.allows(PAUSE - 1)).toBe(false);
  expect(circuit.allows(PAUSE)).toBe(true);
  expect(circuit.allows(PAUSE)).toBe(false);
  circuit.failed(PAUSE + 5);
  expect(circuit.allows(PAUSE * 2)).toBe(false);
  expect(circuit.allows(PAUSE * 2 + 5)).toBe(true);
  circuit.succeeded();
  expect(circuit.allows(PAUSE * 2 + 5)).toBe(true);
  expect(circuit.allows(PAUSE * 2 + 5)).toBe(true);
});

test("where nothing answers, it is asked once a pause", () => {
  const steps = fc.array(fc.nat(5_000), { maxLength: 200 });
  const bounded = fc.property(steps, waits => {
    const circuit = new Circuit();
    let now = 0;
    const asked: number[] = [];
    for (const wait of waits) {
      now += wait;
      if (!circuit.allows(now)) continue;
      asked.push(now);
      circuit.failed(now);
    }
    for (let i = 1; i < asked.length; i++) expect(asked[i]! - asked[i - 1]!).toBeGreaterThanOrEqual(PAUSE);
  });
  fc.assert(bounded);
});
