import { expect, test } from "vitest";
import type { HeddleEvent } from "../../src/events/event.ts";
import { plainReporter } from "../../src/report/plain.ts";
import { style } from "../../src/report/style.ts";
import { summaryLines } from "../../src/report/summary.ts";
import { againCommand } from "../../src/report/targets.ts";
import { RunView } from "../../src/report/view.ts";
import { beginning, completed, ended, failed, output, place, started, submitted } from "./events.ts";

const plain = style(false, true);

/** The beginning of a build of some targets, one task each. */
function build(...targets: string[]): HeddleEvent[] {
  return beginning(...targets).map(event => {
    if (event.type === "runStarted") return { ...event, flow: "build" };
    return event.type === "taskDefined" && event.task === 0 ? { ...event, name: "build", identity: "#build" } : event;
  });
}

function settled(
  state: "fresh" | "persisted" | "skipped",
  names: Readonly<Record<number, string>>,
  reasons?: readonly string[][],
): HeddleEvent {
  const calls = Object.keys(names).map(Number);
  return {
    type: "settled",
    at: 1,
    state,
    calls,
    names: Object.values(names),
    ...(reasons !== undefined && { reasons }),
  };
}

function stale(call: number, name: string, ...reasons: string[]): HeddleEvent {
  return { type: "stale", at: 1, calls: [call], names: [name], reasons: [reasons] };
}

function summary(...events: HeddleEvent[]): string {
  const view = new RunView();
  view.read(events);
  return summaryLines(view, { style: plain, columns: 120, place }).join("\n");
}

test("a build in which nothing is to be done says so in a line", () => {
  const text = summary(...build("part"), submitted(1, 1, 3), settled("fresh", { 1: "a", 2: "b", 3: "c" }), ended(20));
  expect(text).toBe("✓ build completed in 20 ms · 3 targets, all fresh");
  expect(summary(...build("part"), submitted(1, 1, 1), settled("fresh", { 1: "a" }), ended(20))).toMatch(
    /· 1 target, fresh$/,
  );
});

test("what was done, what was not, and why not", () => {
  const text = summary(
    ...build("clean", "part", "site"),
    submitted(1, 1, 1),
    submitted(2, 2, 3),
    submitted(3, 5, 1),
    settled("fresh", { 2: "part(1)" }),
    settled("persisted", { 3: "part(2)" }, [["the output bld/2 has changed"]]),
    settled("skipped", { 5: "site" }, [["no network"]]),
    stale(1, "clean", "it was never built"),
    started(1, [1]),
    completed(5, [1], 4),
    stale(4, "part(3)", "it was never built"),
    started(6, [4]),
    completed(8, [4], 2),
    ended(20),
  );
  expect(text.replace(/ {2,}/g, "  ").split("\n")).toEqual([
    "",
    "· part(2) persisted: the output bld/2 has changed",
    "· site skipped: no network",
    "",
    "✓ build completed in 20 ms · 5 targets: 1 fresh, 1 persisted, 1 skipped",
    "  clean  1 completed  4 ms, after waiting 1 ms",
    "  part  1 completed, 1 fresh, 1 persisted  2 ms, after waiting 6 ms",
    "  site  1 skipped",
  ]);
});

test("a failure has its own output, and the command that repeats just it", () => {
  const text = summary(
    ...build("part", "other", "all"),
    submitted(1, 1, 1),
    submitted(2, 2, 1),
    submitted(3, 3, 1),
    stale(1, "part(3)", "it was never built"),
    stale(2, "other", "it was never built"),
    { type: "named", call: 1, name: "part(3)" },
    { type: "named", call: 2, name: "other" },
    started(1, [1, 2]),
    output(1, "of part\n"),
    output(2, "of other\n"),
    failed(2, 1, "no such row"),
    failed(2, 2, "no such column"),
    failed(2, 3, "…", { state: "upstreamFailed", worker: null }),
    {
      ...ended(20, "failed"),
      error: { name: "BuildFailedError", message: "2 targets failed", code: "BUILD_FAILED" },
    } as HeddleEvent,
  );
  expect(text).toMatch(
    /✗ part\(3\) failed.*\n {2}Error: no such row\n.*\n {2}out │ of part\n {2}again: heddle build 'part\(3\)'\n\n✗ other failed.*\n {2}Error: no such column\n.*\n {2}out │ of other\n {2}again: heddle build other\n\n/,
  );
  expect(text).toMatch(/✗ build failed after 20 ms · 3 targets, 2 failed/);
  expect(text).not.toMatch(/2 targets failed/);
});

test("tasks that targets call are counted apart, and their failures are not repeated alone", () => {
  const inner = { ...submitted(2, 2, 2), parent: 1 } as HeddleEvent;
  const text = summary(
    ...build("clean", "load"),
    submitted(1, 1, 1),
    stale(1, "clean", "forced"),
    started(1, [1]),
    inner,
    started(2, [2, 3]),
    completed(3, [2], 1),
    failed(3, 3, "no"),
    completed(4, [1], 3),
    ended(9),
  );
  expect(text).toMatch(/1 target, 3 calls, 1 failed/);
  expect(text).not.toMatch(/again/);
});

test.each([
  [["clean"], "heddle build clean"],
  [["part(3)", "clean[2024]"], "heddle build 'part(3)' 'clean[2024]'"],
  [['part("it\'s")'], "heddle build 'part(\"it'\\''s\")'"],
])("%j again", (names, command) => {
  expect(againCommand(names)).toBe(command);
});

test("of many targets the table has those that had something to do, and an end", () => {
  const many = Array.from({ length: 100 }, (_, k) => `t${k}`);
  const events = many.flatMap((name, k): HeddleEvent[] =>
    k < 50
      ? [submitted(k + 1, k + 1, 1), settled("fresh", { [k + 1]: name })]
      : [submitted(k + 1, k + 1, 1), stale(k + 1, name, "forced"), started(1, [k + 1]), completed(2, [k + 1], 1)],
  );
  const lines = summary(...build(...many), ...events, ended(5)).split("\n");
  expect(lines[1]).toMatch(/^ {2}t50 +1 completed/);
  expect(lines).toHaveLength(42);
  expect(lines.at(-1)).toBe("  … and 10 more targets");
});

test.each([true, false])("reasons are told as targets begin, if they are asked for: %s", explain => {
  const written: string[] = [];
  const out = { write: (text: string) => written.push(text) };
  const { reader } = plainReporter({ out, style: plain, explain, place });
  reader([...build("a", "b"), submitted(1, 1, 1), submitted(2, 2, 1), settled("fresh", { 2: "b" })]);
  reader([stale(1, "a", "the input x.csv has changed", "the output a.png is missing")]);
  reader([started(1, [1]), completed(2, [1], 1), ended(4)]);
  const said = written.join("").includes("▸ a: the input x.csv has changed; the output a.png is missing\n");
  expect(said).toBe(explain);
});

test("the flow of a build is no failure of its own", () => {
  const error = { name: "BuildFailedError", message: "1 target failed: a", code: "BUILD_FAILED" };
  const view = new RunView();
  view.read([...build("a"), submitted(1, 1, 1), stale(1, "a", "forced"), started(1, [1]), failed(2, 1, "no")]);
  view.read([failed(3, 0, "…", { error, worker: -1 })]);
  expect(view.failures.groups.map(({ name }) => name)).toEqual(["a-1"]);
});
