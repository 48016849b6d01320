/** What the cache commands print, and how they read what users write: without a store. */
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inputsOf } from "../../src/cli/cache/inputs.ts";
import { distinctKeys, keyTest, shortKey, taskName } from "../../src/cli/cache/row.ts";
import { type Screen, table } from "../../src/cli/screen.ts";
import { Hole, Packed, type PackedValue } from "../../src/codec/packed.ts";
import { style } from "../../src/report/style.ts";
import { width } from "../../src/report/text.ts";

const hex = (digits: number) =>
  fc.array(fc.constantFrom(..."0123456789abcdef"), { minLength: digits, maxLength: digits }).map(all => all.join(""));
const key = fc.tuple(hex(16), hex(40), hex(40)).map(parts => parts.join("."));

describe("keys", () => {
  test("a key is found by its short form, itself, and each beginning of 4 digits or more", () => {
    fc.assert(
      fc.property(key, fc.integer({ min: 4, max: 98 }), (one, digits) => {
        for (const word of [shortKey(one), one, one.slice(0, digits)]) expect(keyTest(word)?.(one)).toBe(true);
      }),
    );
  });

  test("and by no other", () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        fc.pre(shortKey(one) !== shortKey(other));
        for (const word of [shortKey(one), one]) expect(keyTest(word)?.(other)).toBe(false);
      }),
    );
  });

  test.each(["", "abc", "score-12", "main", "3fa2.xyz", "3fa2.9c.77.11", "3FA2", "0".repeat(17)])(
    "%j is no key",
    word => {
      expect(keyTest(word)).toBeUndefined();
    },
  );

  test("those that begin alike are shown whole", () => {
    const [a, b] = [`${"a".repeat(16)}.${"1".repeat(40)}.`, `${"b".repeat(16)}.${"1".repeat(40)}.`];
    const keys = [`${a}${"c".repeat(40)}`, `${a}cccc${"d".repeat(36)}`, `${b}${"c".repeat(40)}`];
    expect(distinctKeys(keys)).toEqual([keys[0], keys[1], "bbbb.11111111.cccc"]);
  });
});

test.each([
  ["pkg/src/a.ts#score", "score"],
  ["#score", "score"],
  ["pkg/src/a.ts#issue #3", "issue #3"],
])("the task of %s is %s", (identity, name) => {
  expect(taskName(identity)).toBe(name);
});

describe("inputs", () => {
  const about = (inputs: readonly unknown[]) => ({
    marks: ["a", "b", "c"],
    names: ["url", null, "html"],
    sources: [null, null, "fetch-3"],
    inputs: inputs as unknown as PackedValue,
  });

  test("have names, values, and what stands for results of other calls", () => {
    expect(inputsOf(about([undefined, new Packed("json", '{"a":1}'), new Hole(0)]))).toMatchObject([
      { name: "url", source: null, value: { is: undefined } },
      { name: "#2", source: null, value: { is: { a: 1 } } },
      { name: "html", source: "fetch-3" },
    ]);
  });

  test("that were not given are named too", () => {
    expect(inputsOf(about([1, 2]))[2]).toEqual({ name: "html", source: "fetch-3", omitted: true });
  });

  test("that were not kept, or cannot be read, are names alone", () => {
    const { inputs: _, ...without } = about([]);
    const names = [
      { name: "url", source: null },
      { name: "#2", source: null },
      { name: "html", source: "fetch-3" },
    ];
    expect(inputsOf(without)).toEqual(names);
    expect(inputsOf({ ...without, inputs: new Packed("clone", new Uint8Array([1, 2, 3])) })).toEqual(names);
  });
});

describe("tables", () => {
  const columns = [
    { title: "call", least: 6 },
    { title: "task", least: 4 },
    { title: "size", align: "right" as const },
  ];
  const screen = (room: number): Screen => ({
    style: style(false, true),
    columns: room,
    rows: 24,
    terminal: Number.isFinite(room),
  });

  const name = fc.string({ unit: fc.constantFrom("a", "B", "é", "-", " ", "1", "漢", "한", "🎉") });

  test("fit the terminal; what may be cut is cut, and the rest stays", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, name, fc.constant("12 kB"))),
        fc.integer({ min: 30, max: 100 }),
        (rows, room) => {
          for (const line of table(columns, rows, screen(room))) {
            expect(width(stripVTControlCharacters(line))).toBeLessThanOrEqual(room);
          }
        },
      ),
    );
  });

  test("are cut nowhere else", () => {
    const long = "x".repeat(500);
    const lines = table(
      columns,
      [
        [long, "b", "1 B"],
        ["a", long, "12 kB"],
      ],
      screen(Number.POSITIVE_INFINITY),
    );
    expect(lines.slice(1)).toEqual([`${long}  b${" ".repeat(499)}    1 B`, `a${" ".repeat(499)}  ${long}  12 kB`]);
  });

  test("cut the widest column first", () => {
    expect(table(columns, [["call-123456789", "task", "5 kB"]], screen(20))[1]).toBe("call-12…  task  5 kB");
  });

  test("leave out what can be spared before they cut what cannot", () => {
    const spare = [...columns, { title: "took", spare: 1 }, { title: "key" }];
    const row = ["call-1", "task", "5 kB", "12 ms", "3fa2.9c1b04aa"];
    expect(table(spare, [row], screen(42))[1]).toBe("call-1  task  5 kB  12 ms  3fa2.9c1b04aa");
    expect(table(spare, [row], screen(35))[1]).toBe("call-1  task  5 kB  3fa2.9c1b04aa");
  });
});
