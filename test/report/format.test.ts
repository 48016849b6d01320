import fc from "fast-check";
import { expect, test } from "vitest";
import { coarse, count, duration, percent, plural, rate } from "../../src/report/format.ts";
import { styleFor } from "../../src/report/style.ts";
import { clean, cut, oneLine, padStart, width } from "../../src/report/text.ts";

test.each([
  [0, "0 ms"],
  [0.04, "<0.1 ms"],
  [0.42, "0.4 ms"],
  [12.4, "12 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [1234, "1.2 s"],
  [59_949, "59.9 s"],
  [59_960, "1 m 00 s"],
  [184_000, "3 m 04 s"],
  [7_500_000, "2 h 05 m"],
  [273_600_000, "3 d 04 h"],
  [Number.NaN, "0 ms"],
])("%d ms is %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("counts, rates and parts", () => {
  expect(count(1_234_567)).toBe("1,234,567");
  expect([plural(1, "retry", "retries"), plural(2, "retry", "retries")]).toEqual(["1 retry", "2 retries"]);
  expect([98.4, 3.21, 0.2, 0.001].map(rate)).toEqual(["98/s", "3.2/s", "12/min", "4/h"]);
  expect([0, 0.001, 0.5, 0.9999, 1].map(percent)).toEqual(["0%", "1%", "50%", "99%", "100%"]);
  expect([400, 12_600, 184_400].map(coarse)).toEqual(["0 s", "13 s", "3 m 04 s"]);
});

test("text of others becomes harmless", () => {
  expect(clean("\u001b[31mred\u001b[0m\u001b]8;;x\u0007 10%\r50%\r100%\r\n\tnext\u0007\u001b[2A")).toBe(
    "100%\n    next",
  );
  expect(oneLine(" a\n b\u001b[2J ")).toBe("a b");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), text => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be left.
      expect(clean(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});

test("text is cut and padded by the columns that it takes", () => {
  expect(cut("abcdef", 4)).toBe("abc…");
  expect(cut("漢字漢字", 5)).toBe("漢字…");
  expect(width("漢字")).toBe(4);
  expect(padStart("漢", 4)).toBe("  漢");
  expect(cut("abc", 0)).toBe("");
});

test("colours: FORCE_COLOR, then NO_COLOR, then the terminal", () => {
  const out = { write() {} };
  const terminal = { write() {}, isTTY: true };
  expect(styleFor(terminal, {}).colour).toBe(true);
  expect(styleFor(out, {}).colour).toBe(false);
  expect(styleFor(terminal, { NO_COLOR: "1" }).colour).toBe(false);
  expect(styleFor(terminal, { NO_COLOR: "" }).colour).toBe(true);
  expect(styleFor(terminal, { TERM: "dumb" }).colour).toBe(false);
  expect(styleFor(out, { FORCE_COLOR: "1", NO_COLOR: "1" }).colour).toBe(true);
  expect(styleFor(terminal, { FORCE_COLOR: "0" }).colour).toBe(false);
  expect(styleFor(out, { FORCE_COLOR: "1" }).paint("red", "x")).toBe("\u001b[31mx\u001b[39m");
  expect(styleFor(terminal, { NO_COLOR: "1" }).paint("red", "x")).toBe("x");
});

test.skipIf(process.platform === "win32")("symbols: ASCII where the locale or the terminal has no other", () => {
  const ok = (env: Record<string, string>) => styleFor({ write() {} }, env).symbols.ok;
  expect(ok({ LANG: "de_DE.UTF-8" })).toBe("✓");
  expect(ok({})).toBe("✓");
  expect(ok({ LANG: "C.UTF-8" })).toBe("✓");
  expect(ok({ LANG: "de_DE.UTF-8", LC_ALL: "C" })).toBe("+");
  expect(ok({ TERM: "linux" })).toBe("+");
});
