/** Which calls travel together to a cluster, and in which order. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Attempt, Dispatch, TaskAddress } from "../../src/task/runner.ts";
import { Known } from "../../src/workers/cluster/known.ts";
import { WaitingCalls } from "../../src/workers/cluster/waiting-calls.ts";
import { Outgoing } from "../../src/workers/cluster/worker-messages.ts";
import { REFUSED } from "../../src/workers/protocol.ts";

/** What a worker's messages are to the bridges. */
const [REPORTS, OVER, TAKEN] = [0, 1, 4];

const [one, other] = ["one", "other"].map(name => ({ name }) as TaskAddress) as [TaskAddress, TaskAddress];
const call = (id: number, task = one, attempt = 1) => ({ id, task, attempt }) as Dispatch;
const took = (ms: number) => ({ ms }) as Attempt;

test("calls travel together when they have shown that they are short", () => {
  const known = new Known();
  expect(known.together(call(1))).toBe(1);
  known.learn(one, took(1));
  expect(known.together(call(1))).toBe(8);
  expect(known.together(call(1, other))).toBe(1);
  known.learn(other, took(10));
  expect(known.together(call(1, other))).toBe(1);
  for (let i = 0; i < 100; i += 1) known.learn(one, took(0.001));
  expect(known.together(call(1))).toBe(32);
});

test("one call that the machine has kept waiting does not make the others long", () => {
  const known = new Known();
  for (let i = 0; i < 10; i += 1) known.learn(one, took(1));
  known.learn(one, took(500));
  expect(known.together(call(1))).toBe(6);
});

test("by themselves go second attempts, suspects, and tasks that call others", () => {
  const known = new Known();
  known.learn(one, took(1));
  expect(known.together(call(1, one, 2))).toBe(1);
  known.suspect(1);
  expect([1, 2].map(id => known.together(call(id)))).toEqual([1, 8]);
  known.forget(1);
  expect(known.together(call(1))).toBe(8);
  known.keepApart(one);
  expect(known.together(call(1))).toBe(1);
});

test("calls wait in their order, by task", () => {
  const waiting = new WaitingCalls();
  waiting.add([call(1), call(2, other), call(3), call(4)]);
  expect(waiting.first).toMatchObject({ call: { id: 1 }, alike: 3 });
  const taken = waiting.take(one, 2);
  expect(taken.map(({ id }) => id)).toEqual([1, 3]);
  expect(waiting.first).toMatchObject({ call: { id: 2 }, alike: 1 });
  waiting.putBack(taken);
  expect(waiting.remove(3)).toBe(true);
  expect(waiting.remove(3)).toBe(false);
  expect(waiting.take(one, 9).map(({ id }) => id)).toEqual([1, 4]);
  expect(waiting.take(other, 1).map(({ id }) => id)).toEqual([2]);
  expect(waiting.first).toBeNull();
  expect(waiting.size).toBe(0);
});

test("whatever is taken, put back or removed, the others keep their order", () => {
  const step = fc.record({
    kind: fc.constantFrom("add", "take", "putBack", "remove"),
    task: fc.constantFrom(one, other),
    count: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const waiting = new WaitingCalls();
      let left: Dispatch[] = [];
      let out: Dispatch[] = [];
      let id = 0;
      for (const { kind, task, count } of steps) {
        const alike = left.filter(call => call.task === task);
        if (kind === "add") {
          const calls = Array.from({ length: count }, () => call(++id, task));
          waiting.add(calls);
          left.push(...calls);
        } else if (kind === "take" && alike.length > 0) {
          out = alike.slice(0, count);
          expect(waiting.take(task, count)).toEqual(out);
          left = left.filter(call => !out.includes(call));
        } else if (kind === "putBack") {
          waiting.putBack(out);
          left.unshift(...out);
          out = [];
        } else if (kind === "remove") {
          const removed = left.filter((_, at) => at % 60 < count);
          expect(removed.every(({ id }) => waiting.remove(id))).toBe(true);
          left = left.filter(call => !removed.includes(call));
        }
        const alikeNow = left.filter(({ task }) => task === left[0]!.task).length;
        expect(waiting.first).toEqual(left.length === 0 ? null : { call: left[0], alike: alikeNow });
        expect(waiting.size).toBe(left.length);
      }
    }),
  );
});

test("100,000 that wait are cancelled one by one", () => {
  const waiting = new WaitingCalls();
  const ids = Array.from({ length: 100_000 }, (_, id) => id);
  waiting.add(ids.map(id => call(id)));
  const left = ids.map(id => waiting.remove(id) && waiting.first?.alike);
  expect(left).toEqual([...ids.slice(1).toReversed(), undefined]);
});

test("that nothing is under way any more is said once for all that came together", () => {
  const said: number[] = [];
  const outgoing = new Outgoing(bytes => said.push(bytes[4]!), 100);
  const end = (seq: number) => outgoing.reports([REFUSED, seq, seq]);
  outgoing.taken(2);
  end(1);
  end(2);
  outgoing.end();
  // As its loop had begun to breathe, a worker may look once more.
  outgoing.end();
  expect(said).toEqual([TAKEN, REPORTS, OVER]);
});
