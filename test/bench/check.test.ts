import { expect, test } from "vitest";
import { check, checked, compared, comparedWith, noise } from "./modules.ts";

const kept = (from: string, ratio: number, spread = 0.02, rounds = 5) => ({
  from,
  version: "1.0.0",
  ratio,
  spread,
  rounds,
});
const recorded = {
  calls: 100,
  ratios: {
    slow: kept("slow", 9),
    quick: kept("quick", 2),
    "heddle, otherwise": kept("heddle", 0.5),
    floor: kept("node", 0.25),
  },
};

function row(quick: number | undefined, floor: number, spread = 0.02) {
  const line = (who: string, ratio: number | undefined) =>
    ratio === undefined ? { who, failed: true } : { who, ratio, spread };
  return {
    name: "some-row",
    calls: 100,
    lines: [{ who: "heddle", value: 1 }, line("quick", quick), line("floor", floor)],
    measured: { heddle: [1, 1, 1, 1, 1], quick: [1, 1, 1, 1, 1], floor: [1, 1, 1, 1, 1] },
  };
}

test("heddle is compared with the best peer of the record and with the floor", () => {
  expect(comparedWith(recorded)).toEqual(["quick", "floor"]);
  expect(comparedWith({ ratios: {} })).toEqual([]);
});

test("the noise comes from both spreads, and is never less than machines differ", () => {
  expect(noise({ spread: 0, rounds: 5 }, { spread: 0, rounds: 5 })).toBe(0.2);
  expect(noise({ spread: 0, rounds: 1 })).toBeGreaterThan(0.3);
  const one = noise({ spread: 0.2, rounds: 5 });
  expect(one).toBeGreaterThan(0.3);
  expect(noise({ spread: 0.2, rounds: 5 }, { spread: 0.2, rounds: 5 })).toBeCloseTo(one * Math.SQRT2);
  expect(noise({ spread: 0.4, rounds: 20 })).toBeCloseTo(one);
});

test("within the noise nothing is said", () => {
  const result = check(row(1.9, 0.26), recorded);
  expect(result).toMatchObject({ worse: [], better: [], missing: [] });
  expect(checked([result])).toMatch(/^1 rows, none behind what is recorded\. .*--record$/);
});

test("beyond the noise the row is named, with the figures and with how to record anew", () => {
  const result = check(row(1.5, 0.15), recorded);
  expect(result.worse.map(({ who }: { who: string }) => who)).toEqual(["quick", "floor"]);
  const text = checked([result]);
  expect(text).toContain("some-row: FALLEN BEHIND: 1.50 x quick, recorded 2.00 x, noise 20 %");
  expect(text).toContain("npm run bench -- some-row --record");
});

test("the same fall is noise where the rounds lie far apart", () => {
  expect(check(row(1.5, 0.25, 0.3), recorded).worse).toEqual([]);
});

test("what is better is said, and is no failure", () => {
  const result = check(row(3, 0.25), recorded);
  expect(result.worse).toEqual([]);
  expect(checked([result])).toContain("some-row: better: 3.00 x quick");
});

test("what cannot be compared is said", () => {
  expect(checked([check(row(undefined, 0.25), recorded)])).toContain("not compared with quick");
  expect(checked([check({ ...row(2, 0.25), calls: 5 }, recorded)])).toContain("100 calls were recorded, not 5");
  expect(checked([check(row(2, 0.25), undefined)])).toContain("nothing is recorded");
});

test("heddle has fallen behind where it did not finish", () => {
  const { measured, lines, ...rest } = row(2, 0.25);
  const failed = { ...rest, measured, lines: [{ who: "heddle", failed: true }, ...lines.slice(1)] };
  expect(checked([check(failed, recorded)])).toContain("FALLEN BEHIND: heddle did not finish");
});

test("what is behind is measured again, and only that, before it counts", async () => {
  const good = { ...row(2, 0.25), name: "good" };
  const asked: string[][] = [];
  const again = (names: string[]) => {
    asked.push(names);
    return Promise.resolve([row(1.9, 0.25)]);
  };
  const results = await compared([good, row(1.5, 0.15)], { good: recorded, "some-row": recorded }, again);
  expect(asked).toEqual([["some-row"]]);
  expect(results.map(({ name, worse }) => [name, worse.length])).toEqual([
    ["good", 0],
    ["some-row", 0],
  ]);
  expect((await compared([good], { good: recorded }, again)).length).toBe(1);
  expect(asked).toHaveLength(1);
});
