import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CRASHED, FAILED } from "../../src/graph/states.ts";
import { isOver, type Labelled, LabelsDriver } from "./labels-driver.ts";
import { type Plan, plansOf } from "./plans.ts";

const need = (label: number, amount = 1, held = false) => ({ label, amount, held });

describe("limits", () => {
  test("a limit of 1: one after the other, in order", () => {
    const driver = new LabelsDriver();
    driver.pool(0, 8);
    driver.limit(0, { amount: 1 });
    const calls = Array.from({ length: 5 }, () => driver.submit(0, 0, [need(0)]));
    for (const call of calls) {
      driver.decide();
      expect(driver.calls.filter(each => each.state === "dispatched")).toEqual([call]);
      driver.end(call);
    }
    expect(isOver(driver)).toBe(true);
  });

  test("of two labels both hold, also across pools, and the more urgent goes first wherever it is", () => {
    const driver = new LabelsDriver();
    driver.pool(0, 4);
    driver.pool(1, 4);
    driver.limit(0, { amount: 2 });
    driver.limit(1, { amount: 1 });
    const low = driver.submit(0, 0, [need(0, 2)]);
    const high = driver.submit(1, 5, [need(0, 1), need(1, 1)]);
    const other = driver.submit(1, 5, [need(1, 1)]);
    driver.decide();
    expect([low, high, other].map(call => call.state)).toEqual(["queued", "dispatched", "queued"]);
    driver.end(high);
    driver.decide();
    expect([low, other].map(call => call.state)).toEqual(["dispatched", "dispatched"]);
  });

  test("one that needs 8 of 8 is overtaken only so often while small ones keep coming", () => {
    const driver = new LabelsDriver();
    driver.pool(0, 100);
    driver.limit(0, { amount: 8 });
    const running = Array.from({ length: 8 }, () => driver.submit(0, 0, [need(0)]));
    driver.decide();
    const large = driver.submit(0, 0, [need(0, 8)]);
    let overtakings = 0;
    while (large.state === "queued") {
      driver.end(running.shift()!);
      const small = driver.submit(0, 0, [need(0)]);
      driver.decide();
      if (small.state === "dispatched") {
        overtakings++;
        running.push(small);
      }
      expect(overtakings).toBeLessThan(20);
      if (running.length === 0) break;
    }
    expect(large.state).toBe("dispatched");
  });

  test("calls with limits are not sent ahead of a free worker; others are", () => {
    const driver = new LabelsDriver();
    driver.pool(0, 10, 2);
    driver.limit(0, { amount: 100 });
    const plain = Array.from({ length: 4 }, () => driver.submit(0, 0, []));
    const limited = driver.submit(0, 1, [need(0)]);
    const second = driver.submit(0, 1, [need(0)]);
    const third = driver.submit(0, 1, [need(0)]);
    driver.decide();
    expect([limited, second, third].map(call => call.state)).toEqual(["dispatched", "dispatched", "queued"]);
    expect(plain.map(call => call.state)).toEqual(["queued", "queued", "queued", "queued"]);
    driver.end(limited);
    driver.decide();
    expect(third.state).toBe("dispatched");
    expect(plain.map(call => call.state)).toEqual(["dispatched", "dispatched", "dispatched", "dispatched"]);
  });

  test("rates: an exact window, from when calls have really started", () => {
    const driver = new LabelsDriver();
    driver.pool(0, 100);
    driver.limit(0, { rate: 5, per: 1000 });
    for (let i = 0; i < 20; i++) driver.submit(0, 0, [need(0)]);
    let turns = 0;
    while (!isOver(driver)) {
      expect(turns++).toBeLessThan(100);
      driver.decide();
      // Each starts somewhat after it was sent.
      for (const call of driver.calls.filter(each => each.state === "dispatched")) {
        driver.clock(driver.now + 30);
        driver.started(call);
      }
      for (const call of driver.calls.filter(each => each.state === "running")) driver.end(call);
      driver.decide();
      const wake = driver.scheduler.nextWake();
      const sent = driver.calls.some(each => each.state === "dispatched");
      if (wake !== undefined && !sent) driver.clock(wake);
    }
    expect(driver.now).toBeGreaterThanOrEqual(3000);
    expect(driver.now).toBeLessThan(4000);
  });
});

test("one that needs 5 of a rate of 5 is overtaken only so often while small ones keep coming", () => {
  const driver = new LabelsDriver();
  driver.pool(0, 100);
  driver.limit(0, { rate: 5, per: 1000 });
  const small = () => driver.submit(0, 0, [need(0)]);
  const start = () => {
    for (const call of driver.calls.filter(each => each.state === "dispatched")) {
      driver.started(call);
      driver.end(call);
    }
  };
  small();
  driver.decide();
  start();
  const large = driver.submit(0, 0, [need(0, 5)]);
  // One more of them every 200 ms, so that the window is never empty by itself.
  for (let turn = 0; turn < 60 && large.state === "queued"; turn++) {
    small();
    driver.clock(driver.now + 200);
    driver.decide();
    start();
  }
  expect(large.state).not.toBe("queued");
});

test("a call that waits for its slot does not go on while what it lends is lent once more", () => {
  const driver = new LabelsDriver();
  driver.pool(0, 1);
  driver.pool(1, 1);
  driver.limit(0, { amount: 1 });
  const holder = driver.submit(0, 0, [need(0, 1, true)]);
  driver.decide();
  driver.started(holder);
  driver.waits(holder);
  const other = driver.submit(0, 9, []);
  driver.decide();
  driver.started(other);
  driver.resumes(holder);
  driver.decide();
  expect(holder.state).toBe("resuming");
  const child = driver.submit(1, 0, [need(0)], holder);
  driver.decide();
  expect(child.state).toBe("dispatched");
  driver.started(child);
  driver.end(other);
  driver.decide();
  expect(holder.state).toBe("resuming");
  driver.end(child);
  driver.decide();
  expect(holder.state).toBe("running");
});

test("amounts of calls that have ended leave nothing behind", () => {
  const driver = new LabelsDriver();
  driver.pool(0, 1);
  driver.limit(0, { amount: 1000 });
  for (let i = 1; i <= 500; i++) {
    const call = driver.submit(0, 0, [need(0, i)]);
    driver.decide();
    driver.started(call);
    driver.end(call);
  }
  driver.decide();
  expect(driver.scheduler.labels.groups.flat().length).toBeLessThanOrEqual(65);
});

test("amounts that are fractions add up", () => {
  const driver = new LabelsDriver();
  driver.pool(0, 100);
  driver.scheduler.limit(0, { amount: 0.3 });
  driver.scheduler.limit(1, { rate: 0.3, per: 10 });
  const parts = [0.1, 0.2].map(amount => driver.submit(0, 0, [need(0, amount), need(1, amount)]));
  const whole = driver.submit(0, 0, [need(0, 0.3), need(1, 0.3)]);
  driver.decide();
  expect([...parts, whole].map(each => each.state)).toEqual(["dispatched", "dispatched", "queued"]);
  for (const each of parts) driver.started(each);
  for (const each of parts) driver.end(each);
  driver.clock(10);
  driver.decide();
  expect(whole.state).toBe("dispatched");
});

test("how many wait is counted without those that were cancelled or raised", () => {
  const driver = new LabelsDriver();
  driver.pool(0, 4);
  driver.limit(0, { amount: 1 });
  const calls = Array.from({ length: 5 }, () => driver.submit(0, 0, [need(0)]));
  driver.decide();
  const use = () => [...driver.scheduler.labels.usage(0)];
  expect(use()).toEqual([{ label: 0, used: 1, limit: 1, waiting: 4 }]);
  driver.scheduler.cancelled(calls[4]!.node);
  driver.scheduler.raised(calls[3]!.node, 5);
  expect(use()).toEqual([{ label: 0, used: 1, limit: 1, waiting: 3 }]);
  driver.end(calls[0]!);
  driver.decide();
  expect(calls[3]!.state).toBe("dispatched");
  expect(use()).toEqual([{ label: 0, used: 1, limit: 1, waiting: 2 }]);
});

test("a call that was given up and began all the same counts for rates", () => {
  const driver = new LabelsDriver();
  driver.pool(0, 100);
  driver.limit(0, { rate: 1, per: 1000 });
  const given = driver.submit(0, 0, [need(0)]);
  driver.decide();
  driver.scheduler.cancelled(given.node);
  driver.clock(10);
  driver.scheduler.started(given.node, 10);
  driver.scheduler.freed(given.node);
  const next = driver.submit(0, 0, [need(0)]);
  driver.decide();
  expect([next.state, driver.scheduler.nextWake()]).toEqual(["queued", 1010]);
  driver.clock(1010);
  driver.decide();
  expect(next.state).toBe("dispatched");
});

describe("calls that wait for calls of their own", () => {
  test("recursion far deeper than the pool is wide", () => {
    const driver = new LabelsDriver();
    driver.pool(0, 2);
    driver.limit(0, { amount: 1 });
    const chain: Labelled[] = [driver.submit(0, 0, [need(0)])];
    for (let depth = 0; depth < 1000; depth++) {
      driver.decide();
      const last = chain.at(-1)!;
      driver.started(last);
      chain.push(driver.submit(0, 0, [need(0)], last));
      driver.waits(last);
    }
    driver.decide();
    driver.started(chain.at(-1)!);
    for (const call of chain.reverse()) {
      if (call.state === "waiting") driver.resumes(call);
      driver.decide();
      driver.end(call);
    }
    expect(isOver(driver)).toBe(true);
  });

  test("those that go on come before those that begin", () => {
    const driver = new LabelsDriver();
    driver.pool(0, 1);
    const parent = driver.submit(0, 0, []);
    driver.decide();
    driver.started(parent);
    const child = driver.submit(0, 0, [], parent);
    driver.waits(parent);
    const rest = Array.from({ length: 5 }, () => driver.submit(0, 9, []));
    driver.decide();
    expect(rest[0]!.state).toBe("dispatched");
    driver.end(rest[0]!);
    for (const each of rest.slice(1)) {
      driver.decide();
      driver.end(each);
    }
    driver.decide();
    driver.started(child);
    driver.end(child);
    const late = driver.submit(0, 9, []);
    driver.resumes(parent);
    driver.decide();
    expect([parent.state, late.state]).toEqual(["running", "queued"]);
  });

  test("what is held is lent, and comes back before the holder goes on", () => {
    const driver = new LabelsDriver();
    driver.pool(0, 4);
    driver.limit(0, { amount: 2 });
    const parent = driver.submit(0, 0, [need(0, 2, true)]);
    driver.decide();
    driver.started(parent);
    expect(driver.scheduler.labels.lent(0, parent.node)).toBe(2);
    const children = Array.from({ length: 3 }, () => driver.submit(0, 0, [need(0)], parent));
    const stranger = driver.submit(0, 9, [need(0)]);
    driver.decide();
    expect(children.map(each => each.state)).toEqual(["queued", "queued", "queued"]);
    driver.waits(parent);
    driver.decide();
    expect(children.map(each => each.state)).toEqual(["dispatched", "dispatched", "queued"]);
    driver.resumes(parent);
    driver.end(children[0]!);
    driver.decide();
    driver.end(children[1]!);
    driver.decide();
    expect(parent.state).toBe("resuming");
    driver.end(children[2]!);
    driver.decide();
    expect([parent.state, stranger.state]).toEqual(["running", "queued"]);
    driver.end(parent);
    driver.decide();
    expect(stranger.state).toBe("dispatched");
  });
});

test("rates count within a call that holds, too", () => {
  const driver = new LabelsDriver();
  driver.pool(0, 9);
  driver.limit(0, { amount: 2, rate: 3, per: 1000 });
  const parent = driver.submit(0, 0, [need(0, 2, true)]);
  driver.decide();
  driver.started(parent);
  const children = Array.from({ length: 3 }, () => driver.submit(0, 0, [need(0)], parent));
  driver.waits(parent);
  driver.decide();
  expect(children.map(each => each.state)).toEqual(["dispatched", "queued", "queued"]);
  driver.started(children[0]!);
  driver.clock(1000);
  driver.decide();
  expect(children.map(each => each.state)).toEqual(["running", "dispatched", "queued"]);
});

const plans = plansOf(3);

test("with any mix of limits, waiting, losses and crashes nothing exceeds its limit and everything ends", () => {
  fc.assert(
    fc.property(
      fc.array(plans, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 2 }),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }),
      (roots, slots, chances) => {
        const driver = new LabelsDriver();
        slots.forEach((count, pool) => {
          driver.pool(pool, count + 2, count);
        });
        for (let label = 0; label < 3; label++) {
          driver.limit(label, label === 2 ? { amount: 2, rate: 3, per: 50 } : { amount: 2 + label });
        }
        const todo = new Map<Labelled, Plan>();
        // One that needs more than is lent around it is refused when it is submitted.
        const enter = (plan: Plan, parent: Labelled | null) => {
          const needs = plan.needs.map(each => {
            const lent = parent === null ? undefined : driver.scheduler.labels.lent(each.label, parent.node);
            return { ...each, amount: Math.min(each.amount, lent ?? each.amount) };
          });
          todo.set(driver.submit(plan.pool, plan.priority, needs, parent), plan);
        };
        for (const plan of roots) enter(plan, null);
        let turn = 0;
        let round = 0;
        const chance = () => (round > 300 ? 10 : chances[turn++ % chances.length]!);
        for (; driver.open.length > 0; round++) {
          expect(round, "everything ends").toBeLessThan(1500);
          driver.clock(driver.now + 1);
          driver.decide();
          for (const call of driver.calls) {
            if (driver.found.includes(call)) {
              if (call.state !== "ended" && call.children.every(child => child.state === "ended"))
                driver.end(call, FAILED);
            } else if (call.state === "dispatched") {
              if (chance() === 1 && round < 500) driver.lost(call);
              else driver.started(call);
            } else if (call.state === "running" && chance() > 5) {
              const plan = todo.get(call)!;
              todo.set(call, { ...plan, children: [] });
              for (const child of plan.children) enter(child, call);
              const open = call.children.filter(child => child.state !== "ended");
              if (open.length > 0) driver.waits(call);
              else driver.end(call, chance() === 2 ? CRASHED : undefined);
            } else if (call.state === "waiting" && call.children.every(child => child.state === "ended")) {
              driver.resumes(call);
            }
          }
          const wake = driver.scheduler.nextWake();
          if (wake !== undefined && (round > 300 || chance() > 10)) driver.clock(wake);
        }
        expect(isOver(driver)).toBe(true);
      },
    ),
    { numRuns: Number(process.env["HEDDLE_RANDOM_RUNS"] ?? 150) },
  );
}, 300_000);
