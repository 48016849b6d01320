import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FAILED } from "../../src/graph/states.ts";
import { replayed } from "./driver.ts";
import { isOver, type Labelled, LabelsDriver } from "./labels-driver.ts";
import { type Plan, plansOf } from "./plans.ts";
import { SharedWorld } from "./shared-world.ts";

const need = (label: number, amount = 1, held = false) => ({ label, amount, held });

/** Runs that share limits, each with one pool. */
function worldOf(limits: readonly number[], names: readonly string[], slots = 8) {
  const world = new SharedWorld(new Map(limits.entries()));
  const runs = names.map(name => {
    const run = new LabelsDriver(true);
    run.pool(0, slots);
    world.add(name, run);
    return run;
  });
  const settle = () => {
    for (let round = 0; ; round++) {
      expect(round, "it comes to rest").toBeLessThan(100);
      for (const run of runs) {
        // As a run does, before anything else.
        for (const call of run.found) if (call.state !== "ended") run.end(call, FAILED);
        run.decide();
      }
      world.check();
      if (!world.deliverAll()) return;
    }
  };
  return { world, runs, settle };
}

const states = (calls: readonly Labelled[]) => calls.map(each => each.state);

describe("limits that runs share", () => {
  test("two runs have no more together than there is, and take turns", () => {
    const { runs, settle } = worldOf([2], ["a", "b"]);
    const [a, b] = runs as [LabelsDriver, LabelsDriver];
    const ofA = Array.from({ length: 4 }, () => a.submit(0, 0, [need(0)]));
    settle();
    expect(states(ofA)).toEqual(["dispatched", "dispatched", "queued", "queued"]);
    const ofB = Array.from({ length: 3 }, () => b.submit(0, 0, [need(0)]));
    settle();
    expect(states(ofB)).toEqual(["queued", "queued", "queued"]);
    a.end(ofA[0]!);
    settle();
    a.end(ofA[1]!);
    settle();
    expect(states(ofA.slice(2))).toEqual(["dispatched", "queued"]);
    expect(states(ofB)).toEqual(["dispatched", "queued", "queued"]);
    for (let any = true; any; ) {
      any = false;
      for (const run of runs) {
        for (const call of run.calls) {
          if (call.state !== "dispatched") continue;
          any = true;
          run.end(call);
        }
      }
      settle();
    }
    expect(runs.every(isOver)).toBe(true);
  });

  test("what a run had that dies is the others'", () => {
    const { world, runs, settle } = worldOf([2], ["a", "b"]);
    const [a, b] = runs as [LabelsDriver, LabelsDriver];
    a.submit(0, 0, [need(0, 2)]);
    settle();
    const waiting = b.submit(0, 0, [need(0, 2)]);
    settle();
    expect(waiting.state).toBe("queued");
    world.kill("a");
    settle();
    expect(waiting.state).toBe("dispatched");
  });

  test("of two labels a run has both or neither", () => {
    const { runs, world, settle } = worldOf([1, 1], ["a", "b"]);
    const [a, b] = runs as [LabelsDriver, LabelsDriver];
    const first = a.submit(0, 0, [need(0)]);
    settle();
    const both = b.submit(0, 0, [need(0), need(1)]);
    settle();
    const other = a.submit(0, 0, [need(1)]);
    settle();
    expect(states([first, both, other])).toEqual(["dispatched", "queued", "dispatched"]);
    a.end(first);
    settle();
    expect(world.allotments.usedOf("0")).toBe(0);
    a.end(other);
    settle();
    expect(both.state).toBe("dispatched");
  });

  test("a run that waits leaves its slots to calls that need nothing shared", () => {
    const { runs, settle } = worldOf([1], ["a", "b"], 1);
    const [a, b] = runs as [LabelsDriver, LabelsDriver];
    const holds = a.submit(0, 0, [need(0)]);
    settle();
    const waits = b.submit(0, 0, [need(0)]);
    const plain = [b.submit(0, 0, []), b.submit(0, 0, [])];
    b.decide();
    expect(states([waits, ...plain])).toEqual(["queued", "queued", "queued"]);
    settle();
    expect(states([waits, ...plain])).toEqual(["queued", "dispatched", "queued"]);
    a.end(holds);
    settle();
    // It has its share, and gets the next slot.
    b.end(plain[0]!);
    settle();
    expect(states([waits, plain[1]!])).toEqual(["dispatched", "queued"]);
  });

  test("a share that cannot be used for want of something else goes back", () => {
    const { runs, world, settle } = worldOf([1], ["a", "b"]);
    const [a, b] = runs as [LabelsDriver, LabelsDriver];
    b.limit(5, { amount: 1 });
    const holds = a.submit(0, 0, [need(0)]);
    settle();
    const waits = b.submit(0, 0, [need(0), need(5)]);
    settle();
    const local = b.submit(0, 0, [need(5)]);
    settle();
    expect(states([waits, local])).toEqual(["queued", "dispatched"]);
    a.end(holds);
    settle();
    expect(world.allotments.usedOf("0")).toBe(0);
    b.end(local);
    settle();
    expect(waits.state).toBe("dispatched");
  });

  test("a call that waits for its own gives its share back, and takes one again before it goes on", () => {
    const { runs, settle } = worldOf([1], ["a", "b"]);
    const [a, b] = runs as [LabelsDriver, LabelsDriver];
    const parent = a.submit(0, 0, [need(0)]);
    settle();
    a.started(parent);
    const child = a.submit(0, 0, [], parent);
    a.waits(parent);
    settle();
    const other = b.submit(0, 0, [need(0)]);
    settle();
    expect(states([child, other])).toEqual(["dispatched", "dispatched"]);
    a.end(child);
    a.resumes(parent);
    settle();
    expect(parent.state).toBe("resuming");
    b.end(other);
    settle();
    expect(parent.state).toBe("running");
  });

  test("what a call holds of a shared label it lends, and keeps from other runs", () => {
    const { runs, settle } = worldOf([1], ["a", "b"]);
    const [a, b] = runs as [LabelsDriver, LabelsDriver];
    const parent = a.submit(0, 0, [need(0, 1, true)]);
    settle();
    a.started(parent);
    const child = a.submit(0, 0, [need(0)], parent);
    a.waits(parent);
    const other = b.submit(0, 0, [need(0)]);
    settle();
    expect(states([child, other])).toEqual(["dispatched", "queued"]);
    a.end(child);
    a.resumes(parent);
    settle();
    a.end(parent);
    settle();
    expect(other.state).toBe("dispatched");
  });

  test("a run that nobody answers in time lets others of its calls have the slot", () => {
    const { runs } = worldOf([1], ["a"], 1);
    const [a] = runs as [LabelsDriver];
    const shared = a.submit(0, 0, [need(0)]);
    const plain = a.submit(0, 0, []);
    a.decide();
    a.scheduler.shareQueued(1, []);
    a.decide();
    expect(states([shared, plain])).toEqual(["queued", "dispatched"]);
  });

  test("one that is cancelled while it waits asks no more", () => {
    const { runs, world, settle } = worldOf([1], ["a", "b"]);
    const [a, b] = runs as [LabelsDriver, LabelsDriver];
    const holds = a.submit(0, 0, [need(0)]);
    settle();
    const waits = b.submit(0, 0, [need(0)]);
    settle();
    b.scheduler.cancelled(waits.node);
    settle();
    a.end(holds);
    settle();
    expect(world.allotments.usedOf("0")).toBe(0);
  });
});

test("runs whose calls hold what the others need: one call fails, and all goes on", () => {
  const { runs, settle } = worldOf([1, 1], ["a", "b"]);
  const [a, b] = runs as [LabelsDriver, LabelsDriver];
  const ofA = a.submit(0, 0, [need(0, 1, true)]);
  const ofB = b.submit(0, 0, [need(1, 1, true)]);
  settle();
  a.started(ofA);
  b.started(ofB);
  const within = [a.submit(0, 0, [need(1)], ofA), b.submit(0, 0, [need(0)], ofB)];
  a.waits(ofA);
  settle();
  expect([...a.found, ...b.found]).toEqual([]);
  b.waits(ofB);
  settle();
  const found = [...a.found, ...b.found];
  expect(found).toHaveLength(1);
  expect(within).toContain(found[0]);
  const [lost, parent, saved, other] = found[0] === within[0] ? [a, ofA, b, within[1]!] : [b, ofB, a, within[0]!];
  lost.end(parent, FAILED);
  settle();
  expect(other.state).toBe("dispatched");
  saved.end(other);
  settle();
  expect([...a.found, ...b.found]).toEqual(found);
});

const plans = plansOf(2);

test("runs that share limits, with slow messages, losses and sudden deaths: nothing is exceeded, all ends", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(plans, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 2 }),
      // Calls that hold one label only cannot lock each other out.
      fc.constantFrom(0, 2, "any" as const),
      fc.boolean(),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }),
      fc.option(fc.nat(60)),
      (programs, slots, heldLabel, alike, chances, death) => {
        const world = new SharedWorld(new Map([2, 3].entries()));
        const todo = new Map<Labelled, Plan>();
        const enter = (driver: LabelsDriver, plan: Plan, parent: Labelled | null) => {
          const needs = plan.needs.map(each => {
            const lent = parent === null ? undefined : driver.scheduler.labels.lent(each.label, parent.node);
            const held = each.held && (heldLabel === "any" || each.label === heldLabel);
            return { ...each, held, amount: Math.min(each.amount, lent ?? each.amount) };
          });
          todo.set(driver.submit(plan.pool, plan.priority, needs, parent), plan);
        };
        for (const [at, program] of programs.entries()) {
          const driver = new LabelsDriver(alike);
          slots.forEach((count, pool) => {
            driver.pool(pool, count + 1, count);
          });
          driver.limit(2, { amount: 2 });
          world.add(`run ${at}`, driver);
          for (const plan of program) enter(driver, plan, null);
        }
        const all = [...world.runs.values()];
        let turn = 0;
        let round = 0;
        const chance = () => (round > 300 ? 10 : chances[turn++ % chances.length]!);
        const step = (driver: LabelsDriver) => {
          driver.decide();
          for (const call of driver.calls) {
            if (driver.found.includes(call)) {
              if (call.state !== "ended" && call.children.every(child => child.state === "ended"))
                driver.end(call, FAILED);
            } else if (call.state === "dispatched") {
              if (chance() === 1) driver.lost(call);
              else driver.started(call);
            } else if (call.state === "queued" && chance() === 2) driver.scheduler.raised(call.node, 2);
            else if (call.state === "running" && chance() > 5) {
              const plan = todo.get(call)!;
              todo.set(call, { ...plan, children: [] });
              for (const child of plan.children) enter(driver, child, call);
              if (call.children.some(child => child.state !== "ended")) driver.waits(call);
              else driver.end(call);
            } else if (call.state === "waiting" && call.children.every(child => child.state === "ended")) {
              driver.resumes(call);
            }
          }
        };
        for (; [...world.runs.values()].some(driver => driver.open.length > 0); round++) {
          expect(round, "everything ends").toBeLessThan(1500);
          if (round === death && programs.length > 1) world.kill("run 0");
          for (const [name, driver] of world.runs) {
            step(driver);
            world.listen();
            world.check();
            for (let n = chance() % 4; n > 0; n--) world.deliver(name, "out");
            for (let n = chance() % 4; n > 0; n--) world.deliver(name, "in");
          }
        }
        for (const driver of world.runs.values()) driver.decide();
        world.deliverAll();
        for (const driver of world.runs.values()) expect(isOver(driver)).toBe(true);
        for (const driver of all) if (heldLabel !== "any") expect(driver.found).toEqual([]);
        for (const label of ["0", "1"]) expect(world.allotments.usedOf(label), `${label} is given back`).toBe(0);
        for (const { facts, orders } of all) {
          const shares = (lines: readonly string[]) => lines.filter(line => line.startsWith("share"));
          expect(shares(replayed(facts))).toEqual(shares(orders));
        }
      },
    ),
    { numRuns: Number(process.env["HEDDLE_RANDOM_RUNS"] ?? 40) },
  );
});
