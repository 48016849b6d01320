import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { efficiency, listed, Progress, page, perCall, picture, readRecorded, record, table } from "./modules.ts";

const line = (who: string, from: string, value: number, more = {}) => ({
  who,
  from,
  value,
  low: value,
  high: value,
  peak: 5e7,
  count: 1000,
  columns: {},
  ...more,
});
const row = { title: "a row", calls: 1000, of: "calls", floor: "next to nothing", unit: perCall };
const versions = { node: "20.0.0", heddle: "0.1.0", quick: "3.2.1" };

test("a table has a line for each contender, with its version, and a verdict", () => {
  const lines = [
    line("heddle", "heddle", 1.5),
    line("quick", "quick", 150, { ratio: 100, count: 10 }),
    line("floor", "node", 0.3, { ratio: 0.2 }),
    { who: "broken", failed: true },
    { who: "absent", skipped: "there is no python3" },
  ];
  expect(table({ ...row, lines, goal: { most: 1 } }, versions)).toBe(`### a row, 1,000 calls

|  | µs a call | lowest to highest | heddle is better by | peak memory |
| --- | ---: | ---: | ---: | ---: |
| **heddle 0.1.0** | 1.50 | 1.50 to 1.50 |  | 50 MB |
| quick 3.2.1, 10 calls | 150 | 150 to 150 | 100 x | 50 MB |
| floor: next to nothing | 0.30 | 0.30 to 0.30 | 0.20 x | 50 MB |
| broken | did not finish |  |  |  |
| absent | there is no python3 |  |  |  |

heddle: 100 x as fast as the fastest peer, quick; 5.00 x the floor's time; goal not reached: at most 1.
`);
});

test("where more is better, the verdict says so; columns that a row has besides are shown", () => {
  const lines = [
    line("heddle", "heddle", 0.8, { columns: { "with 2": 0.9 } }),
    line("quick", "quick", 0.9, { ratio: 0.89 }),
    line("floor", "node", 1, { ratio: 0.8 }),
  ];
  const text = table({ ...row, unit: efficiency, lines }, versions);
  expect(text).toContain("| peak memory | with 2 |");
  expect(text).toContain("heddle: **worse than quick**; 0.80 x the floor's figure.");
});

test("the list names rows and their contenders", () => {
  const rows = [{ ...row, name: "some-row", contenders: { heddle: {}, quick: {}, floor: {} } }];
  expect(listed(rows)).toBe("some-row  a row, 1,000 calls; beside quick, floor");
});

test("the time left is told by what measurements took, else by what they took when recorded", () => {
  let now = 0;
  const said: string[] = [];
  const plan = [
    { name: "one", count: 2 },
    { name: "two", count: 3, seconds: 100 },
  ];
  const progress = new Progress(
    plan,
    text => said.push(text),
    () => now,
  );
  for (const [name, round, seconds] of [
    ["one", 0, 10],
    ["one", 1, 10],
    ["two", 0, 4],
    ["two", 1, 4],
    ["two", 2, 4],
  ] as const) {
    now += seconds;
    progress.measured(name, round, "heddle", "1.00 µs");
  }
  expect(said).toEqual([
    "one, round 1, heddle: 1.00 µs (6 min left)",
    "one, round 2, heddle: 1.00 µs (5 min left)",
    "two, round 1, heddle: 1.00 µs (8 s left)",
    "two, round 2, heddle: 1.00 µs (4 s left)",
    "two, round 3, heddle: 1.00 µs",
  ]);
});

test("the picture has a bar for each row with a peer, towards the side on which heddle is", () => {
  const kept = (from: string, ratio: number) => ({ from, ratio, spread: 0, rounds: 5, version: "1" });
  const drawn = picture({
    won: { title: "won & done", ratios: { quick: kept("quick", 4), slow: kept("slow", 40), floor: kept("node", 0.1) } },
    lost: { title: "lost", ratios: { quick: kept("quick", 0.5) } },
    alone: { title: "alone", ratios: { floor: kept("node", 0.2) } },
  });
  expect(drawn.match(/<rect class="ahead"/g)).toHaveLength(1);
  expect(drawn.match(/<rect class="behind"/g)).toHaveLength(1);
  expect(drawn).toContain("won &amp; done");
  expect(drawn).toContain("4.00 x quick");
  expect(drawn).toContain("<title>slow: 40.0 x</title>");
  expect(drawn).not.toContain(">alone<");
});

test("the picture and the figures in the docs are what the bench makes of what is recorded", () => {
  const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8");
  expect(read("pictures/bench.svg")).toBe(picture(readRecorded()));
  expect(read("bench-figures.md")).toBe(page(readRecorded()));
});

test("what is recorded of a row is its ratios, how far they lay apart, and its table", () => {
  const lines = [line("heddle", "heddle", 1), line("quick", "quick", 2, { ratio: 2.00004, spread: 0.01 })];
  const measured = { quick: [1, 2, 3] };
  const done = {
    ...row,
    name: "some-row",
    short: "a row",
    lines,
    rounds: 3,
    seconds: 2,
    text: "### a row\n",
    measured,
  };
  const recorded = record([{ ...done, machine: { cores: 2 }, versions }]);
  expect(recorded["some-row"]?.ratios).toEqual({
    quick: { from: "quick", version: "3.2.1", ratio: 2, spread: 0.01, rounds: 3 },
  });
  expect(page(recorded)).toContain("## a row\n\nOn 2 cores with Node 20.0.0, medians of 3 rounds.\n");
});
