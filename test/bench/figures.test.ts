import { expect, test } from "vitest";
import { figures, median, spread, standing } from "./modules.ts";

const round = (value: number, columns = {}) => ({ value, columns, peak: 1e6, count: 10, from: "some" });

test("the median of an even number of figures lies between the middle ones", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test("the spread is a share, and one odd figure does not count", () => {
  expect(spread([5, 5, 5])).toBe(0);
  expect(spread([100, 110, 90, 105, 95])).toBeCloseTo(spread([1, 1.1, 0.9, 1.05, 0.95]));
  expect(spread([10, 11, 9, 10.5, 9.5])).toBeCloseTo(spread([10, 11, 9, 10.5, 95]), 1);
});

test("ratios are between measurements of one round; above 1 heddle is better", () => {
  const measured = { heddle: [round(1), round(2), null], peer: [round(2), round(8), round(100)] };
  const [ours, theirs] = figures(measured);
  expect(ours).toMatchObject({ value: 1.5, low: 1, high: 2 });
  expect(ours).not.toHaveProperty("ratio");
  expect(theirs).toMatchObject({ value: 8, ratio: 3 });
});

test("where more is better, the ratio is the other way round", () => {
  const [, theirs] = figures({ heddle: [round(0.9)], peer: [round(0.6)] }, { more: true });
  expect(theirs?.ratio).toBeCloseTo(1.5);
});

test("who never finished has no figures, and columns are medians of their own", () => {
  const measured = {
    heddle: [round(1, { bytes: 5 }), round(1, { bytes: 7 }), round(1, { bytes: 6 })],
    peer: [null, null, null],
  };
  const [ours, theirs] = figures(measured);
  expect(ours?.columns).toEqual({ bytes: 6 });
  expect(theirs).toEqual({ who: "peer", failed: true });
});

const lines = [
  { who: "heddle", from: "heddle", value: 4, columns: { "bytes a call": 200 } },
  { who: "quick", from: "quick", value: 8, ratio: 2 },
  { who: "slow", from: "slow", value: 40, ratio: 10 },
  { who: "heddle, otherwise", from: "heddle", value: 1, ratio: 0.25 },
  { who: "floor", from: "node", value: 1, ratio: 0.25, columns: { bare: 0.5 } },
  { who: "lost", failed: true },
];

test("the best peer is neither the floor nor another way of using heddle", () => {
  expect(standing(lines).best).toMatchObject({ who: "quick" });
  expect(standing(lines.slice(0, 1)).best).toBeUndefined();
});

test("a goal is missed where it is said", () => {
  expect(standing(lines, { most: 4, floor: 4, peers: { slow: 10 }, columns: { "bytes a call": 200 } }).missed).toEqual(
    [],
  );
  expect(
    standing(lines, { most: 3, least: 5, floor: 3, peers: { slow: 11 }, columns: { "bytes a call": 100 } }).missed,
  ).toEqual(["at most 3", "at least 5", "100 bytes a call", "3.00 x the floor", "11 x slow"]);
});

test("a goal may be a budget that the floor makes", () => {
  const budget = { of: (floor: { columns: { bare: number } }) => 4 * floor.columns.bare, said: "4 x bare" };
  expect(standing(lines, { budget }).missed).toEqual(["4 x bare"]);
});
