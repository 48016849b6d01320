import { describe, expect, test } from "vitest";
import { parseDuration } from "../../src/config/duration.ts";
import { OptionError } from "../../src/errors.ts";

describe("parseDuration", () => {
  test.each([
    [0, 0],
    [1.5, 1.5],
    ["250ms", 250],
    ["10s", 10_000],
    ["5m", 300_000],
    ["2h", 7_200_000],
    [" 1 s ", 1000],
    ["40", 40],
  ])("%j is %d ms", (value, expected) => {
    expect(parseDuration(value, "timeout")).toBe(expected);
  });

  test.each([
    [-1, "-1 is negative"],
    ["-3s", '"-3s" is negative'],
    [Number.NaN, "NaN is not a duration"],
    [Number.POSITIVE_INFINITY, "Infinity is not finite"],
    ["", '"" is not a duration'],
    ["soon", '"soon" is not a duration'],
    ["1s".repeat(80), "is not a duration"],
    [null, "null is not a duration"],
    [{ s: 1 }, "{ s: 1 } is not a duration"],
    [10n, "10n is not a duration"],
  ])("%s is refused by name", (value, problem) => {
    const attempt = () => parseDuration(value, 'task "fetch", timeout');
    expect(attempt).toThrow(OptionError);
    expect(attempt).toThrow(problem);
    expect(attempt).toThrow('task "fetch", timeout');
  });
});
