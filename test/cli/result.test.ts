import { describe, expect, test } from "vitest";
import { resultFields, resultText } from "../../src/cli/run/result.ts";

const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

describe("what a flow returned, as text", () => {
  test.each([
    ["a string as it is", "two\nlines", "two\nlines"],
    ["nothing for undefined", undefined, null],
    ["JSON where it holds the value", { a: [1, null, true] }, '{\n  "a": [\n    1,\n    null,\n    true\n  ]\n}'],
    ["properties that are undefined are left out", { a: undefined, b: 1 }, '{\n  "b": 1\n}'],
    ["a Map", new Map([["a", 1]]), "Map(1) { 'a' => 1 }"],
    ["a Set in an object", { s: new Set([1]) }, "{ s: Set(1) { 1 } }"],
    ["a bigint", 12n, "12n"],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["NaN, which JSON makes null", [Number.NaN], "[ NaN ]"],
    ["typed arrays", new Uint8Array([1, 2]), "Uint8Array(2) [ 1, 2 ]"],
    ["undefined in an array", [undefined], "[ undefined ]"],
    ["cycles", cyclic, "<ref *1> { self: [Circular *1] }"],
    ["null", null, "null"],
  ])("%s", (_, value, text) => {
    expect(resultText(value)).toBe(text);
  });

  test("nothing is cut, however long or deep", () => {
    const long = resultText(new Set(Array.from({ length: 500 }, (_, i) => i)));
    expect(long).toContain("499");
    let deep: unknown = new Set(["bottom"]);
    for (let i = 0; i < 20; i++) deep = [deep];
    expect(resultText(deep)).toContain("bottom");
  });

  test("a structure too deep for JSON is still shown", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 50_000; i++) deep = [deep];
    expect(typeof resultText(deep)).toBe("string");
  });
});

test("for programs: the value, or how it looks", () => {
  expect(resultFields({ a: 1 })).toEqual({ value: { a: 1 } });
  expect(resultFields(undefined)).toEqual({ value: null });
  expect(resultFields(1n)).toEqual({ shown: "1n" });
});
