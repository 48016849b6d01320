/** The judges of a round find what is wrong. */
import type { HeddleEvent } from "heddle";
import { expect, test } from "vitest";
import { disorder, haste } from "./events.ts";
import { roundOf } from "./generate.ts";
import type { Line, Turn } from "./log.ts";
import { excesses } from "./use.ts";

const line = (who: string, turn: Turn, more: Partial<Line> = {}): Line => ({ run: 0, who, turn, id: who, ...more });
const starts = (who: string, a: number, hold: readonly string[] = []) => line(who, "start", { labels: { a }, hold });

test("a seed gives the same round each time", () => {
  expect(roundOf(7)).toEqual(roundOf(7));
  expect(roundOf(7)).not.toEqual(roundOf(13));
});

test("more than a limit allows, or slots", () => {
  const both = [starts("0", 1), starts("1", 1), line("0", "done"), line("1", "done")];
  expect(excesses(both, { a: 2 }, 2)).toEqual([]);
  expect(excesses(both, { a: 1 }, 2)).toEqual(["2 of a in use when 1 runs, where 1 are allowed"]);
  expect(excesses(both, {}, 1)).toEqual(["2 of slot in use when 1 runs, where 1 are allowed"]);
});

test("what waits has given back what it does not hold; what it holds is for those within", () => {
  const waits = [starts("0", 1), line("0", "pause"), starts("1", 1), line("1", "done"), line("0", "resume")];
  expect(excesses([...waits, line("0", "done")], { a: 1 }, 1)).toEqual([]);
  const givenUp = [starts("0", 1), line("0", "pause"), starts("1", 1), line("0", "released"), line("0", "done")];
  expect(excesses([...givenUp, line("1", "done")], { a: 1 }, 1)).toEqual([]);
  const lends = (child: string) => [
    starts("0", 1, ["a"]),
    line("0", "pause"),
    starts(child, 1),
    line(child, "done"),
    line("0", "resume"),
  ];
  expect(excesses(lends("0.0"), { a: 1 }, 1)).toEqual([]);
  expect(excesses(lends("1"), { a: 1 }, 1)).toEqual(["2 of a in use when 1 runs, where 1 are allowed"]);
});

test("what was killed counts up to its last line", () => {
  const killed = [starts("0", 1), line("0", "alive"), starts("1", 1), line("1", "done")];
  expect(excesses(killed, { a: 1 }, 1)).toEqual([]);
  expect(excesses([...killed, line("0", "alive")], { a: 1 }, 1)).toHaveLength(2);
});

test("calls without an end, or with two, and starts that follow one another too fast", () => {
  const submitted: HeddleEvent = { type: "submitted", at: 0, task: 1, first: 1, count: 2, parent: null };
  const started = (at: number, call: number): HeddleEvent => ({ type: "started", at, worker: 0, calls: [call] });
  const completed: HeddleEvent = { type: "completed", at: 9, worker: 0, calls: [1], ms: [1] };
  const ended: HeddleEvent = { type: "runEnded", at: 9, state: "completed", ms: 9 };
  const events = [submitted, started(1, 1), started(5, 2), completed, completed, ended];
  expect(disorder(events, true)).toEqual(["call 1 ends twice", "call 2 has no end"]);
  expect(haste(events, { r: { rate: 1, per: 4 } }, () => true)).toEqual([]);
  expect(haste(events, { r: { rate: 1, per: 5 } }, () => true)).toHaveLength(1);
});
