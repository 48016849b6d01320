import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CANCELLED, COMPLETED, CRASHED, FAILED, isTerminal, TIMED_OUT } from "../../src/graph/states.ts";
import { Driver, type Modelled, replayed } from "./driver.ts";

/** One step; `a` to `d` choose among what is possible when it is made. */
interface Step {
  readonly kind: (typeof kinds)[number];
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const kinds = [
  "submit",
  "submit",
  "submit",
  "submit",
  "join",
  "join",
  "declare",
  "settleDeclared",
  "resize",
  "decide",
  "decide",
  "start",
  "complete",
  "complete",
  "fail",
  "settleButHold",
  "free",
  "lose",
  "retry",
  "cancel",
  "clock",
  "settleAgain",
] as const;

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...kinds),
  a: fc.nat(1000),
  b: fc.nat(1000),
  c: fc.nat(1000),
});
const ends = [COMPLETED, FAILED, CRASHED, TIMED_OUT, CANCELLED];
const failures = ends.slice(1);

function take(driver: Driver, { kind, a, b, c }: Step): void {
  const live = driver.calls.filter(call => !call.removed);
  const open = live.filter(call => !isTerminal(call.state));
  const chosen = (from: readonly Modelled[], at = a) => from[at % from.length];
  const on = (from: readonly Modelled[], act: (call: Modelled) => void) => {
    const call = chosen(from);
    if (call !== undefined) act(call);
  };
  const held = open.filter(call => call.holds);
  if (kind === "submit") {
    const wanted = Array.from({ length: b % 4 }, (_, i) => chosen(open, a + i * c));
    const inputs = wanted.filter(input => input !== undefined);
    driver.submit(a % driver.pools, (c % 3) - 1, inputs);
  } else if (kind === "join") {
    on(open, call => {
      const input = chosen(
        open.filter(other => !needs(other, call)),
        b,
      );
      if (input !== undefined) driver.joined(call, input);
    });
  } else if (kind === "declare") driver.declare(a % 4);
  else if (kind === "resize") driver.resize(a % driver.pools, b % 4);
  else if (kind === "decide") driver.decide();
  else if (kind === "clock") driver.clock(driver.now + (a % 10));
  else if (kind === "cancel") on(live, call => driver.cancelled(call));
  else if (kind === "settleAgain") {
    on(
      live.filter(call => isTerminal(call.state)),
      call => driver.settled(call, ends[b % ends.length]!),
    );
  } else if (kind === "settleDeclared") {
    on(
      open.filter(call => call.declared),
      call => driver.settled(call, b % 3 === 0 ? FAILED : COMPLETED),
    );
  } else if (kind === "free") {
    on(
      live.filter(call => isTerminal(call.state) && call.holds),
      call => driver.freed(call),
    );
  } else if (kind === "start") on(held, call => driver.started(call));
  else if (kind === "complete") on(held, call => endAs(driver, call, COMPLETED));
  else if (kind === "fail") on(held, call => endAs(driver, call, failures[b % failures.length]!));
  else if (kind === "settleButHold") on(held, call => driver.settled(call, ends[b % ends.length]!));
  else if (kind === "lose") {
    on(
      live.filter(call => call.holds),
      call => driver.lost(call),
    );
  } else {
    on(
      live.filter(call => call.holds),
      call => driver.failedForNow(call, driver.now + (b % 10)),
    );
  }
}

/** Whether it is this call, or waits for it. */
function needs(call: Modelled, other: Modelled): boolean {
  return call === other || call.inputs.some(input => needs(input, other));
}

function endAs(driver: Driver, call: Modelled, state: number): void {
  driver.settled(call, state);
  driver.freed(call);
}

describe("whatever happens, in whatever order", () => {
  test("the scheduler does as the naive model says, ends everything and keeps nothing", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
        fc.array(step, { maxLength: 120 }),
        fc.array(fc.nat(20), { minLength: 1, maxLength: 10 }),
        (slots, steps, chances) => {
          const driver = new Driver();
          slots.forEach((count, pool) => {
            driver.resize(pool, count);
          });
          for (const each of steps) take(driver, each);
          let turn = 0;
          driver.drain(call => {
            const chance = chances[turn++ % chances.length]!;
            if (isTerminal(call.state)) driver.freed(call);
            else if (chance === 1 && turn < 500) driver.lost(call);
            else if (chance === 2 && turn < 500) driver.failedForNow(call, driver.now + chance);
            else endAs(driver, call, ends[chance] ?? COMPLETED);
          });
          expect(driver.scheduler.graph.size).toBe(0);
          expect(driver.calls.every(call => isTerminal(call.state))).toBe(true);
          expect(replayed(driver.facts)).toEqual(driver.orders);
        },
      ),
      { numRuns: 600 },
    );
  });
});
