import { expect, test } from "vitest";
import { TimeoutError, UnobservedFailuresError } from "../../src/errors.ts";
import type { HeddleEvent } from "../../src/events/event.ts";
import { errorFacts } from "../../src/events/facts.ts";
import type { ShowCapture } from "../../src/report/capture.ts";
import { stackPlace, userFrames } from "../../src/report/stack.ts";
import { style } from "../../src/report/style.ts";
import { summaryLines, troubleLines } from "../../src/report/summary.ts";
import { RunView } from "../../src/report/view.ts";
import { beginning, completed, ended, failed, output, place, started, submitted } from "./events.ts";

function summary(events: HeddleEvent[], showCapture: ShowCapture = "all"): string[] {
  const view = new RunView();
  view.read(events);
  return summaryLines(view, { style: style(false, true), columns: 100, showCapture, place });
}

test("a short run that went well takes a line, and one for each task", () => {
  const events = [...beginning("score"), submitted(1, 1, 3), started(10, [1, 2, 3]), completed(20, [1, 2, 3], 3)];
  expect(summary([...events, completed(20, [0], 20, -1), ended(20)])).toEqual([
    "✓ report completed in 20 ms · 3 calls",
    "  score  3 completed  3 ms each, after waiting 10 ms",
  ]);
});

test("a longer run tells where its time went", () => {
  const events = [
    ...beginning("score", "merge"),
    submitted(1, 1, 2),
    submitted(2, 3, 1),
    started(0, [1], 1),
    started(100, [2], 2),
    completed(1000, [1], 1000, 1),
    completed(600, [2], 500, 2),
    started(1000, [3], 1),
    completed(2000, [3], 1000, 1),
  ];
  expect(summary([...events, ended(2000)])).toEqual([
    "✓ report completed in 2.0 s · 3 calls",
    "  score  2 completed  750 ms each, after waiting 50 ms",
    "  merge  1 completed  1.0 s, after waiting 1.0 s",
    "",
    "  Slowest calls",
    "  score-1   1.0 s",
    "  merge-3   1.0 s  after waiting 1.0 s",
    "  score-2  500 ms  after waiting 100 ms",
    "",
    "  Workers, busy",
    "  threads/1  ━━━━━━━━━━━━━━━━━━━━ 100%  2 calls",
    "  threads/2  ━━━━━───────────────  25%  1 call",
  ]);
});

const broken: HeddleEvent[] = [
  ...beginning("score"),
  submitted(1, 1, 4),
  started(0, [1, 2, 3, 4]),
  output(1, "reading 1\n"),
  output(1, "careful\n", "stderr"),
  { type: "log", at: 1, call: 1, level: "info", message: "row", data: { n: 1 } },
  output(2, "reading 2\n"),
  failed(5, 1, "no such row"),
  failed(5, 2, "no such row"),
  failed(5, 3, "connection lost", { worker: null, attempt: 3, ms: 1200 }),
  failed(5, 4, "connection lost", { worker: null, attempt: 3 }),
  ended(20, "failed"),
];

test("each failure has its message, the user's line, and its own output; equal ones are told once", () => {
  expect(summary(broken)).toEqual([
    "",
    "✗ score-1 failed after 5 ms on threads/1",
    "  Error: no such row",
    "    at score (src/score.ts:12:9)",
    "  out │ reading 1",
    "  err │ careful",
    '  log │ info: row {"n":1}',
    "",
    "✗ score-2 failed after 5 ms on threads/1",
    "  Error: no such row",
    "    at score (src/score.ts:12:9)",
    "  out │ reading 2",
    "",
    "✗ score-3 failed after 1.2 s at attempt 3  ×2: also score-4",
    "  Error: connection lost",
    "    at score (src/score.ts:12:9)",
    "",
    "✗ report failed after 20 ms · 4 calls, 4 failed",
    "  score  4 failed  5 ms each, after waiting 0 ms",
  ]);
});

test("showCapture chooses among the output", () => {
  const shown = (show: ShowCapture) => summary(broken, show).filter(line => line.includes("│"));
  expect(shown("no")).toEqual([]);
  expect(shown("stdout")).toEqual(["  out │ reading 1", "  out │ reading 2"]);
  expect(shown("stderr")).toEqual(["  err │ careful"]);
});

test("at most ten failures are shown, and how many more there are", () => {
  const calls = Array.from({ length: 500 }, (_, i) => i + 1);
  const events = [...beginning("score"), submitted(1, 1, 500), started(0, calls)];
  for (const call of calls) events.push(failed(5, call, call <= 490 ? `row ${call}` : "boom"));
  const lines = summary([...events, ended(20, "failed")]);
  expect(lines.filter(line => line.startsWith("✗ score"))).toHaveLength(10);
  expect(lines).toContain("… and 490 more failures");
  expect(lines).toEqual(expect.arrayContaining(["  480 score: Error: row #", "  10 score: Error: boom"]));
});

test("heddle's own errors give their remedy as a hint; causes and aggregates are told", () => {
  const timeout = new TimeoutError({ what: "score-1 took longer than 3 s", hint: "Give it more time." });
  const many = new AggregateError(
    [1, 2, 3, 4].map(n => new Error(`part ${n}`)),
    "all failed",
  );
  for (const error of [timeout, many]) error.stack = "";
  many.cause = Object.assign(new RangeError("index 12"), { stack: "" });
  for (const part of many.errors) part.stack = "";
  const events = [...beginning("score"), submitted(1, 1, 2), started(0, [1, 2])];
  events.push(failed(3000, 1, "", { state: "timedOut", error: errorFacts(timeout), ms: 3000 }));
  events.push(failed(3000, 2, "", { state: "crashed", error: errorFacts(many) }));
  expect(summary([...events, ended(3000, "failed")]).slice(0, 13)).toEqual([
    "",
    "✗ score-1 timed out after 3.0 s on threads/1",
    "  TimeoutError: score-1 took longer than 3 s",
    "  hint: Give it more time.",
    "",
    "✗ score-2 crashed after 5 ms on threads/1",
    "  AggregateError: all failed",
    "    caused by RangeError: index 12",
    "    Error: part 1",
    "    Error: part 2",
    "    Error: part 3",
    "    and 1 more error",
    "",
  ]);
});

test("the error of the run is told when no call's failure has told it", () => {
  const end = (error: Error): HeddleEvent => ({
    type: "runEnded",
    at: 9,
    state: "failed",
    ms: 9,
    error: errorFacts(error),
  });
  expect(summary([...broken.slice(0, -1), end(new Error("no such row"))]).join("\n")).not.toMatch(
    /^Error: no such row/m,
  );
  expect(summary([...beginning(), end(new Error("no input"))]).slice(0, 1)).toEqual(
    ["Error: no input"].slice(1).concat(""),
  );
  expect(summary([...beginning(), end(new Error("no input"))])).toContain("Error: no input");
  const unobserved = new UnobservedFailuresError([new Error("no such row")], {
    count: 1,
    flow: "report",
    calls: "score-1",
  });
  const lines = summary([...broken.slice(0, -1), end(unobserved)]);
  expect(lines).toContain('UnobservedFailuresError: 1 in the flow "report" failed and nobody looked: score-1');
  expect(lines.filter(line => line.includes("no such row"))).toHaveLength(2);
});

test("warnings, and what workers wrote or died of, are told", () => {
  const warning: HeddleEvent = { type: "warning", at: 1, call: 1, name: "DeprecationWarning", message: "old\nway" };
  const lines = summary([
    ...beginning("score"),
    submitted(1, 1, 1),
    warning,
    warning,
    { type: "workerOutput", at: 1, worker: 2, stream: "stderr", text: "native text\n" },
    { type: "workerEnded", at: 2, worker: 1, reason: "crashed", detail: "exit code 3" },
    ended(20, "interrupted"),
  ]);
  expect(lines).toEqual([
    "",
    "! threads/1 died: exit code 3",
    "threads/2 wrote outside of calls",
    "  err │ native text",
    "",
    "! DeprecationWarning ×2: old way (score-1)",
    "",
    "! report interrupted after 20 ms · 0 calls",
    "  score  1 not finished",
  ]);
});

test("a quiet report tells only what went wrong", () => {
  const view = new RunView();
  view.read(beginning());
  view.read([ended(5)]);
  const options = { style: style(false, true), columns: 80, place };
  expect(troubleLines(view, options)).toEqual([]);
  const bad = new RunView();
  bad.read(broken);
  expect(troubleLines(bad, options).at(-1)).toBe("✗ report failed after 20 ms · 4 calls, 4 failed");
});

test("a stack keeps the user's frames", () => {
  const stack = [
    "Error: boom",
    "    at Array.map (<anonymous>)",
    "    at async score (file:///home/me/project/src/score.ts?v=1:12:9)",
    "    at file:///home/me/project/my%20file.js:3:1",
    "    at /home/me/other/lib.js:3:1",
    "    at run (/home/me/heddle/src/workers/execute.ts:1:1)",
    "    at node:internal/main:1:1",
    "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
    "    at load (/home/me/project/node_modules/tsx/dist/loader.js:1:1)",
    "    at perform (/home/me/other/node_modules/heddle/dist/targets-abc.js:1333:16)",
    "    at parse (/home/me/project/node_modules/csv/index.js:7:2)",
  ].join("\n");
  expect(userFrames(stack, place, 9)).toEqual([
    "at score (src/score.ts:12:9)",
    "at my file.js:3:1",
    "at /home/me/other/lib.js:3:1",
    "at parse (node_modules/csv/index.js:7:2)",
  ]);
  expect(userFrames(stack, place, 1)).toHaveLength(1);
  expect(userFrames(undefined, place, 1)).toEqual([]);
  expect(userFrames(new Error("here").stack, stackPlace(), 1)[0]).toContain("test/report/summary.test.ts");
});
