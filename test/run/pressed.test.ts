import { expect, test } from "vitest";
import { COMPLETED } from "../../src/graph/states.ts";
import type { Fact, Orders } from "../../src/run/facts.ts";
import { replay } from "../../src/run/replay.ts";
import { Scheduler } from "../../src/run/scheduler.ts";

function scheduler(): { readonly started: number[]; readonly facts: Fact[]; readonly scheduler: Scheduler } {
  const started: number[] = [];
  const facts: Fact[] = [];
  return { started, facts, scheduler: new Scheduler(ordersInto(started), fact => facts.push(fact)) };
}

function ordersInto(started: number[]): Orders {
  const nothing = () => {};
  return {
    dispatch: node => started.push(node),
    resume: nothing,
    stuck: nothing,
    upstreamFailed: nothing,
    stop: nothing,
    share: nothing,
    removed: nothing,
  };
}

test("while there are too many results only what reads some starts, and flows, whatever the number of slots", () => {
  const { started, facts, scheduler: one } = scheduler();
  one.pool(0, 9, 9, true);
  one.pool(1, 9);
  const [first, consumer, second, flow] = [one.declare(), one.declare(), one.declare(), one.declare()];
  one.define(first, 1, 0, []);
  one.define(consumer, 1, 0, [first]);
  one.decide();
  one.pressed(true);
  one.define(second, 1, 0, []);
  one.define(flow, 0, 0, []);
  one.decide();
  expect(started).toEqual([first, flow]);
  one.settled(first, COMPLETED);
  one.freed(first);
  one.decide();
  expect(started).toEqual([first, flow, consumer]);
  one.pressed(false);
  one.decide();
  expect(started).toEqual([first, flow, consumer, second]);

  const again: number[] = [];
  const other = new Scheduler(ordersInto(again));
  for (const fact of facts) replay(other, fact);
  expect(again).toEqual(started);
});
