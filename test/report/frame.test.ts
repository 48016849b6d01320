import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import type { HeddleEvent } from "../../src/events/event.ts";
import { frame } from "../../src/report/frame.ts";
import { style } from "../../src/report/style.ts";
import { RunView } from "../../src/report/view.ts";
import { beginning, completed, failed, started, submitted } from "./events.ts";
import { anyStory } from "./stream.ts";

const bare = style(false, true);

function viewOf(...events: HeddleEvent[]): RunView {
  const view = new RunView();
  view.read(events);
  return view;
}

const midway = viewOf(
  ...beginning("fetchPage", "countWords", "merge"),
  submitted(1, 1, 1500),
  submitted(2, 1501, 20),
  submitted(3, 1521, 1),
  ...Array.from({ length: 1100 }, (_, i) => i + 1).flatMap(call => [
    started(call * 10 - 10, [call]),
    call === 700 ? failed(call * 10, call, "boom", { ms: 10 }) : completed(call * 10, [call], 10),
  ]),
  { type: "named", call: 1502, name: "words of the very long article about rivers" },
  started(8000, [1501, 1502], 2),
  { type: "progress", at: 9000, call: 1502, fraction: 0.4, note: "reading\nchapter 2" },
  started(10_900, [1101]),
);

test("a frame on a usual terminal", () => {
  expect(frame(midway, { columns: 100, rows: 24 }, 11_000, bare)).toEqual([
    "report · threads × 2 · 11 s",
    "  fetchPage   ━━━━━━━━━━━━━━━━━───────  1,100/1,500   100/s   4 s left  ✗ 1",
    "  countWords  ────────────────────────         0/20                     2 running",
    "  merge       ────────────────────────          0/1                     waiting",
    "",
    "  countWords-1501                              3 s",
    "  words of the very long article about rivers  3 s  40%  reading chapter 2",
  ]);
});

test("a line for each label that calls wait for", () => {
  const use = (label: string, used: number, limit: number, waiting: number, per?: number): HeddleEvent => {
    return { type: "limits", at: 1, label, used, limit, waiting, ...(per !== undefined && { per }) };
  };
  const view = viewOf(
    ...beginning("score"),
    submitted(1, 1, 20),
    started(0, [1, 2]),
    use("gpu", 1, 2, 20),
    use("gpu", 2, 2, 14),
    use("web", 5, 5, 1200, 250),
    use("memory", 0.30000000000000004, 0.5, 1),
    use("idle", 0, 3, 0),
    { type: "limits", at: 1, label: "licence", used: 1, limit: 4, waiting: 2, shared: true },
  );
  const lines = frame(view, { columns: 80, rows: 24 }, 100, bare);
  expect(lines.slice(2)).toEqual([
    "  web  5 per 250 ms, 1,200 calls wait",
    "  gpu  2 of 2 in use, 14 calls wait",
    "  licence  1 of 4 in use by this run, 2 calls wait",
    "  memory  0.3 of 0.5 in use, 1 call waits",
  ]);
  expect(frame(view, { columns: 80, rows: 8 }, 100, bare).length).toBeLessThanOrEqual(7);
  expect(frame(view, { columns: 80, rows: 3 }, 100, bare)).toHaveLength(2);
});

test("a narrow terminal keeps what matters most", () => {
  expect(frame(midway, { columns: 44, rows: 24 }, 11_000, bare)).toEqual([
    "report · threads × 2 · 11 s",
    "  fetchPage   1,100/1,500  ✗ 1",
    "  countWords         0/20  2 running",
    "  merge               0/1  waiting",
    "",
    "  countWords-1501        3 s",
    "  words of the very lo…  3 s  40%  reading…",
  ]);
});

test("a low terminal folds the tasks that are least active", () => {
  const names = Array.from({ length: 12 }, (_, i) => `task${i}`);
  const view = viewOf(
    ...beginning(...names),
    ...names.map((_, i) => submitted(i + 1, i + 1, 1)),
    started(0, [1, 2, 3, 10]),
    completed(10, [1, 2, 3], 10),
  );
  expect(frame(view, { columns: 80, rows: 9 }, 3000, bare)).toEqual([
    "report · threads × 2 · 3 s",
    "  task3  ────────────────────────  0/1  waiting",
    "  task4  ────────────────────────  0/1  waiting",
    "  task5  ────────────────────────  0/1  waiting",
    "  task9  ────────────────────────  0/1  1 running",
    "  … 8 more tasks, 3 done",
    "",
    "  task9-10  3 s",
  ]);
});

test("tasks that are done are marked so, a subflow is a line, and the flow of the run is the header", () => {
  const view = viewOf(
    ...beginning("good", "bad"),
    { type: "taskDefined", task: 3, name: "chapter", identity: "a#chapter", kind: "flow" },
    submitted(1, 1, 2),
    submitted(2, 3, 2),
    submitted(3, 5, 1),
    started(0, [1, 2, 3, 5]),
    completed(10, [1, 2], 10),
    failed(10, 3, "boom"),
    failed(10, 4, "not run", { state: "upstreamFailed", worker: null }),
  );
  expect(frame(view, { columns: 80, rows: 24 }, 500, style(false, false))).toEqual([
    "report - threads x 2 - 1 s",
    "+ good     ========================  2/2",
    "x bad      ============xxxxxxxxxxxx  2/2  x 1  1 not run",
    "  chapter  ------------------------  0/1  1 running",
  ]);
});

test("inline runs and debugged runs say where their calls run", () => {
  const [first, ...rest] = beginning("a");
  const inline = { ...first, runner: "inline", workers: null } as HeddleEvent;
  expect(frame(viewOf(inline, ...rest), { columns: 80, rows: 24 }, 1000, bare)).toEqual(["report · inline · 1 s"]);
  const debugged = { ...first, inProcess: true } as HeddleEvent;
  expect(frame(viewOf(debugged, ...rest), { columns: 80, rows: 24 }, 1000, bare)).toEqual([
    "report · in this process, one call at a time · 1 s",
  ]);
});

test("calls that are over in a moment are not named, however many there are", () => {
  const view = viewOf(...beginning("noop"), submitted(1, 1, 100_000));
  const calls = Array.from({ length: 100_000 }, (_, i) => i + 1);
  view.read([started(900, calls)]);
  expect(frame(view, { columns: 80, rows: 24 }, 1500, bare)).toHaveLength(2);
  expect(frame(view, { columns: 80, rows: 24 }, 2500, bare).at(-1)).toBe("  … 99,993 more running");
});

test("every frame fits its terminal, and does not change but by time or events", () => {
  const size = fc.record({ columns: fc.integer({ min: 1, max: 140 }), rows: fc.integer({ min: 1, max: 40 }) });
  fc.assert(
    fc.property(anyStory, size, fc.nat(10_000), fc.boolean(), ({ events }, terminal, later, colour) => {
      const view = viewOf(...events);
      const lines = frame(view, terminal, later, style(colour, true));
      expect(lines.length).toBeLessThanOrEqual(Math.max(1, terminal.rows - 1));
      for (const line of lines) {
        expect(stringWidth(line)).toBeLessThanOrEqual(Math.max(1, terminal.columns - 1));
        expect(line).not.toContain("\n");
      }
      expect(frame(view, terminal, later, style(colour, true))).toEqual(lines);
    }),
  );
});
