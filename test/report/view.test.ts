import fc from "fast-check";
import { expect, test } from "vitest";
import type { HeddleEvent } from "../../src/events/event.ts";
import { callStates } from "../../src/report/calls.ts";
import { timeLeft } from "../../src/report/estimate.ts";
import { RunView } from "../../src/report/view.ts";
import { beginning, completed, failed, output, started, submitted } from "./events.ts";
import { anyStory } from "./stream.ts";

function viewOf(...events: HeddleEvent[]): RunView {
  const view = new RunView();
  view.read(events);
  return view;
}

test("whatever happens in a run, every call is counted in one state, its own", () => {
  fc.assert(
    fc.property(anyStory, fc.nat(20), ({ events, states }, size) => {
      const view = new RunView();
      for (let from = 0; from < events.length; from += size + 1) view.read(events.slice(from, from + size + 1));
      const tasks = view.tasks.filter(task => task.kind === "task");
      for (const state of callStates) {
        const counted = tasks.reduce((sum, task) => sum + task.counts[state], 0);
        expect(counted, state).toBe([...states.values()].filter(its => its === state).length);
      }
      for (const task of view.tasks) {
        const all = Object.values(task.counts).reduce((sum, one) => sum + one, 0);
        expect(all).toBe(task.submitted);
        expect(task.finished + task.remaining).toBe(task.submitted);
        expect(task.fraction).toBeGreaterThanOrEqual(0);
        expect(task.fraction).toBeLessThanOrEqual(1);
      }
      expect([...view.running].sort()).toEqual(
        [...states]
          .filter(([, its]) => its === "running")
          .map(([call]) => call)
          .sort(),
      );
      for (const call of view.progress.keys()) expect(states.get(call)).toBe("running");
    }),
  );
});

test("the slowest calls are those with the longest run times", () => {
  fc.assert(
    fc.property(anyStory, ({ events, ran }) => {
      const longest = [...ran.values()].filter(ms => ms > 0).sort((a, b) => b - a);
      expect(viewOf(...events).slowest.list.map(call => call.ms)).toEqual(longest.slice(0, 5));
    }),
  );
});

test("failures are counted, whether grouped or beyond the groups", () => {
  fc.assert(
    fc.property(anyStory, ({ events, states }) => {
      const { groups, more } = viewOf(...events).failures;
      const told = groups.reduce((sum, group) => sum + group.count, more);
      expect(told).toBe([...states.values()].filter(state => state === "failed").length);
    }),
  );
});

test("facts of unknown and of ended calls change nothing", () => {
  const view = viewOf(...beginning("score"), submitted(1, 1, 2), started(1, [1]), completed(2, [1], 1));
  const before = structuredClone(view.tasks[1]?.counts);
  view.read([
    completed(3, [1, 77], 1),
    started(3, [1, 99]),
    failed(3, 1, "late"),
    failed(3, 98, "unknown"),
    output(55, "text"),
    submitted(9, 200, 5),
    submitted(1, 1, 2),
  ]);
  expect(view.tasks[1]?.counts).toEqual(before);
  expect(view.failures.groups).toEqual([]);
  expect(view.running.size).toBe(0);
});

test("waiting is told apart from running", () => {
  const view = viewOf(
    ...beginning("score"),
    submitted(1, 1, 2, 100),
    started(400, [1]),
    completed(1400, [1], 1000),
    started(1400, [2], 2),
    completed(1900, [2], 500, 2),
  );
  const score = view.tasks[1]!;
  expect(score.meanMs).toBe(750);
  expect(score.meanWaitMs).toBe((300 + 1300) / 2);
  expect(view.slowest.list).toEqual([
    { name: "score-1", ms: 1000, waited: 300 },
    { name: "score-2", ms: 500, waited: 1300 },
  ]);
  expect(view.workers.get(1)?.utilisation(2000)).toBe(0.5);
  expect(view.workers.get(2)?.utilisation(2000)).toBe(0.25);
});

test("a failure has its call's own output, under the name that the call was given", () => {
  const view = viewOf(
    ...beginning("score"),
    submitted(1, 1, 2),
    { type: "named", call: 2, name: "score of Anna" },
    started(1, [1, 2]),
    output(1, "one "),
    output(2, "two\n"),
    output(1, "and more\n"),
    { type: "log", at: 1, call: 2, level: "warn", message: "odd", data: { row: 3 } },
    { type: "warning", at: 1, call: 1, name: "DeprecationWarning", message: "old" },
    failed(2, 1, "boom"),
    failed(2, 2, "boom"),
    output(1, "late\n", "stderr"),
  );
  expect(view.failures.groups.map(group => [group.name, group.capture.pieces])).toEqual([
    [
      "score-1",
      [
        { kind: "stdout", text: "one and more\n" },
        { kind: "warning", text: "DeprecationWarning: old\n" },
        { kind: "stderr", text: "late\n" },
      ],
    ],
    [
      "score of Anna",
      [
        { kind: "stdout", text: "two\n" },
        { kind: "log", text: 'warn: odd {"row":3}\n' },
      ],
    ],
  ]);
  expect(view.warnings.list).toMatchObject([{ call: "score-1", count: 1 }]);
});

test("equal failures are one group; many different ones are counted", () => {
  const view = viewOf(
    ...beginning("score"),
    submitted(1, 1, 300),
    started(
      1,
      Array.from({ length: 300 }, (_, i) => i + 1),
    ),
  );
  for (let call = 1; call <= 100; call++) view.read([failed(2, call, "boom")]);
  for (let call = 101; call <= 300; call++) view.read([failed(2, call, `row ${call}`)]);
  const { groups, more, heads } = view.failures;
  expect(groups[0]).toMatchObject({
    name: "score-1",
    count: 100,
    others: ["score-2", "score-3", "score-4", "score-5", "score-6"],
  });
  expect(groups).toHaveLength(64);
  expect(more).toBe(201 - 64);
  expect([...heads]).toEqual([["score: Error: row #", 201 - 64]]);
});

test("output that is long keeps its end, and how much is missing", () => {
  const view = viewOf(...beginning("score"), submitted(1, 1, 1), started(1, [1]));
  for (let i = 0; i < 10_000; i++) view.read([output(1, `line ${i}\n`, i % 2 === 0 ? "stdout" : "stderr")]);
  view.read([failed(2, 1, "boom")]);
  const { capture } = view.failures.groups[0]!;
  const kept = capture.pieces.map(piece => piece.text).join("");
  expect(kept).toHaveLength(32_768);
  expect(kept.endsWith("line 9999\n")).toBe(true);
  expect(capture.dropped + kept.length).toBe(Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join("").length);
});

test("a flow that fails with the error of its call is not a second failure", () => {
  const view = viewOf(
    ...beginning("score"),
    submitted(1, 1, 1),
    started(1, [1]),
    failed(2, 1, "boom"),
    failed(3, 0, "boom"),
  );
  expect(view.failures.groups.map(group => group.name)).toEqual(["score-1"]);
  expect(view.tasks[0]?.counts.failed).toBe(1);
  const own = viewOf(...beginning("score"), failed(3, 0, "the flow itself"));
  expect(own.failures.groups.map(group => group.name)).toEqual(["report-0"]);
});

test("the time left is estimated from pace, from the work that is left, and from progress", () => {
  const view = viewOf(...beginning("score", "merge"), submitted(1, 1, 100));
  expect(timeLeft(view, 5000)).toBeUndefined();
  for (let call = 1; call <= 50; call++) {
    view.read([started(call * 100 - 100, [call]), completed(call * 100, [call], 100)]);
  }
  // 50 calls in 5 s, one after the other: the other 50 take 5 s more.
  expect(view.tasks[1]?.timeLeft(5000)).toBeCloseTo(5000, -2);
  expect(timeLeft(view, 5000)).toBeCloseTo(5000, -2);
  view.read([submitted(2, 101, 1, 5000)]);
  expect(timeLeft(view, 5000)).toBeCloseTo(5100, -3);
  view.read([submitted(2, 102, 100, 5000)]);
  expect(timeLeft(view, 5000)).toBeUndefined();
  view.read([started(5000, [101], 2), { type: "progress", at: 6000, call: 101, fraction: 0.25 }]);
  expect(view.tasks[2]?.fraction).toBeCloseTo(0.25 / 101);
  const single = viewOf(...beginning("train"), submitted(1, 1, 1), started(0, [1]), {
    type: "progress",
    at: 6000,
    call: 1,
    fraction: 0.25,
  });
  expect(single.tasks[1]?.timeLeft(6000)).toBe(18_000);
});

test("a million calls leave nothing behind but their columns", () => {
  const view = viewOf(...beginning("score"));
  const total = 1_000_000;
  view.read([submitted(1, 1, total)]);
  for (let first = 1; first <= total; first += 1000) {
    const calls = Array.from({ length: 1000 }, (_, i) => first + i);
    view.read([started(first, calls), completed(first + 1, calls, 0.001)]);
  }
  expect(view.tasks[1]?.counts).toMatchObject({ completed: total, queued: 0, running: 0 });
  expect(view.running.size + view.progress.size).toBe(0);
});
