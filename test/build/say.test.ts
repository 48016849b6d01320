import { expect, test } from "vitest";
import type { Reason } from "../../src/build/freshness/judge.ts";
import { sayReasons } from "../../src/build/freshness/say.ts";
import { sayChanges } from "../../src/cache/explain/say.ts";

test("what has come to several files alike is said once, and a file that is read twice is one", () => {
  const input = (path: string, at: string, change: "changed" | "added" | "gone" = "changed"): Reason => ({
    why: "input",
    at,
    path,
    change,
  });
  const many = Array.from({ length: 20 }, (_, k) => input(`${k}.csv`, "all", "added"));
  const reasons: Reason[] = [
    { why: "code", changed: ["put in a.mjs", "help (new) in b.mjs"] },
    input("a.csv", "a"),
    input("a.csv", "again"),
    input("b.csv", "b"),
    { why: "input", at: "style", path: null, change: "changed" },
    ...many,
    input("c.csv", "c", "gone"),
    { why: "output", at: "o", path: "bld/o", change: "missing" },
    { why: "output", at: "p", path: "bld/p", change: "missing" },
  ];
  expect(sayReasons(reasons)).toEqual([
    "its code has changed: put in a.mjs; help (new) in b.mjs",
    "the inputs a.csv, b.csv, style have changed",
    "the inputs 0.csv, 1.csv, 2.csv, 3.csv, 4.csv and 15 more are new",
    "the input c.csv is gone",
    "the outputs bld/o, bld/p are missing",
  ]);
});

test("changes of code are told by file, and what has no name in words", () => {
  const changes = [
    { file: "a.mjs", name: "put", how: "changed" },
    { file: "b.mjs", name: "help", how: "added" },
    { file: "b.mjs", name: "(effects)", how: "added" },
    { file: "a.mjs", name: "(effects)", how: "changed" },
    { file: "a.mjs", name: "(statement)", how: "changed" },
    { file: "csv@2.0.0", name: "(package)", how: "added" },
    { file: "csv@1.0.0", name: "(package)", how: "removed" },
  ] as const;
  expect(sayChanges(changes)).toEqual([
    "put, statements at the top level in a.mjs",
    "help (new), statements at the top level (new) in b.mjs",
    "csv 1.0.0 to 2.0.0",
  ]);
});
