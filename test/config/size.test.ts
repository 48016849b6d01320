import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatSize, parseSize } from "../../src/config/size.ts";
import { OptionError } from "../../src/errors.ts";

describe("parseSize", () => {
  test.each([
    [0, 0],
    [1234, 1234],
    [0.4, 0],
    ["0", 0],
    ["1234", 1234],
    ["12 b", 12],
    ["1k", 1000],
    ["1kB", 1000],
    ["1KB", 1000],
    ["1KiB", 1024],
    ["100MB", 100_000_000],
    [" 100 mb ", 100_000_000],
    ["1.5GiB", 1_610_612_736],
    [".5M", 500_000],
    ["2.GB", 2_000_000_000],
    ["3Ti", 3 * 1024 ** 4],
    ["1PB", 1e15],
  ])("%j is %d bytes", (value, bytes) => {
    expect(parseSize(value, "maxSize")).toBe(bytes);
  });

  test.each([
    [-1, "-1 is negative"],
    ["-3MB", '"-3MB" is negative'],
    [Number.NaN, "NaN is not a size"],
    [Number.POSITIVE_INFINITY, "Infinity is more than can be counted"],
    ["9e9PB", '"9e9PB" is not a size'],
    ["99999PB", '"99999PB" is more than can be counted'],
    ["", '"" is not a size'],
    [".", '"." is not a size'],
    ["MB", '"MB" is not a size'],
    ["1 500 MB", '"1 500 MB" is not a size'],
    ["1,5GB", '"1,5GB" is not a size'],
    ["5i", '"5i" is not a size'],
    ["5iB", '"5iB" is not a size'],
    ["5MBB", '"5MBB" is not a size'],
    ["5 apples", '"5 apples" is not a size'],
    ["1".repeat(50_000), "is more than can be counted"],
    [null, "null is not a size"],
    [5n, "5n is not a size"],
  ])("%s is refused by name", (value, problem) => {
    const attempt = () => parseSize(value, "heddle.config, cache.maxSize");
    expect(attempt).toThrow(OptionError);
    expect(attempt).toThrow(problem);
    expect(attempt).toThrow("heddle.config, cache.maxSize");
  });
});

test("what is shown can be read again, and is off by less than one in two hundred", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9e15 }), bytes => {
      const read = parseSize(formatSize(bytes), "");
      expect(Math.abs(read - bytes)).toBeLessThanOrEqual(bytes / 200);
    }),
  );
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1340, "1.34 kB"],
  [99_999, "100 kB"],
  [340_000_000, "340 MB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
