import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMisspelt, parseExpression } from "../../src/build/selection/expression.ts";

function parsed(text: string) {
  const found = parseExpression(text);
  if (isMisspelt(found)) throw new Error(`${found.problem} at ${found.column}`);
  return found;
}

const chooses = (text: string, ...names: string[]) => parsed(text).matches(name => names.includes(name));

describe("operators", () => {
  test.each([
    ["a", ["a"], true],
    ["a", ["b"], false],
    ["not a", ["a"], false],
    ["not not a", ["a"], true],
    ["a and b", ["a"], false],
    ["a and b", ["a", "b"], true],
    ["a or b", ["b"], true],
    // `not` before `and` before `or`.
    ["not a and b", ["b"], true],
    ["not a or b", ["a", "b"], true],
    ["a or b and c", ["a"], true],
    ["a and b or c", ["c"], true],
    ["(a or b) and c", ["a"], false],
    ["not (a or b)", ["a"], false],
    ["not(a)", [], true],
    ["a and(b)", ["a", "b"], true],
    ["  a\tand\n b  ", ["a", "b"], true],
  ] as const)("%s of %j", (text, names, expected) => {
    expect(chooses(text, ...names)).toBe(expected);
  });

  test("names are all but operators, and go on in brackets", () => {
    const text = `part(3) and clean[2024] or data/a.target.ts or part("a (b") or "or" and 'x y' or f((1), 2) and Not`;
    expect(parsed(text).names).toEqual([
      "part(3)",
      "clean[2024]",
      "data/a.target.ts",
      'part("a (b")',
      "or",
      "x y",
      "f((1), 2)",
      "Not",
    ]);
  });
});

describe("what is misspelt is told at its column", () => {
  test.each([
    ["", 1, "there is no name in it"],
    ["   ", 4, "there is no name in it"],
    ["and a", 1, "a name is missing at its beginning"],
    ["a and", 6, 'a name is missing behind "and"'],
    ["clean and and plot", 11, 'a name is missing behind "and"'],
    ["a or )", 6, 'a name is missing behind "or"'],
    ["not", 4, 'a name is missing behind "not"'],
    ["()", 2, 'a name is missing behind "("'],
    ["a b", 3, '"and" or "or" is missing before "b"'],
    ["a (b)", 3, '"and" or "or" is missing before "("'],
    ["a not b", 3, '"and" or "or" is missing before "not"'],
    ["a and (b or c", 7, "this bracket is never closed"],
    ["a) or b", 2, "this bracket was never opened"],
    ["a or part(3", 10, "this bracket is never closed"],
    ["a or 'b", 6, "the quotation mark ' has no counterpart"],
  ] as const)("%s", (text, column, problem) => {
    expect(parseExpression(text)).toEqual({ problem, column });
  });
});

type Tree = string | { readonly not: Tree } | { readonly left: Tree; readonly both: boolean; readonly right: Tree };

const names = ["a", "b", "clean[1]", "part(3)", "notes", "x/y.ts"];
const { tree } = fc.letrec<{ tree: Tree }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(...names),
    fc.record({ not: tie("tree") }),
    fc.record({ left: tie("tree"), both: fc.boolean(), right: tie("tree") }),
  ),
}));

function truthOf(node: Tree, has: (name: string) => boolean): boolean {
  if (typeof node === "string") return has(node);
  if ("not" in node) return !truthOf(node.not, has);
  const [left, right] = [truthOf(node.left, has), truthOf(node.right, has)];
  return node.both ? left && right : left || right;
}

/** With no more brackets than are needed. */
function written(node: Tree, around = 0): string {
  if (typeof node === "string") return node;
  if ("not" in node) return `not ${written(node.not, 3)}`;
  const binds = node.both ? 2 : 1;
  const text = `${written(node.left, binds)} ${node.both ? "and" : "or"} ${written(node.right, binds)}`;
  return binds < around ? `(${text})` : text;
}

test("it means what it says, whatever it is", () => {
  fc.assert(
    fc.property(tree, fc.subarray(names), (node, present) => {
      const has = (name: string) => present.includes(name);
      expect(parsed(written(node)).matches(has)).toBe(truthOf(node, has));
    }),
    { numRuns: 500 },
  );
});

test("any text is an expression, or is misspelt within it", () => {
  const words = fc.constantFrom("and", "or", "not", "(", ")", "a", "part(", '"', "'", " ", "  ", "\\");
  const texts = fc.oneof(
    fc.string(),
    fc.array(words).map(parts => parts.join(" ")),
    fc.array(words).map(parts => parts.join("")),
  );
  fc.assert(
    fc.property(texts, text => {
      const found = parseExpression(text);
      if (!isMisspelt(found)) return void found.matches(() => true);
      expect(found.column).toBeGreaterThanOrEqual(1);
      expect(found.column).toBeLessThanOrEqual(text.length + 1);
    }),
    { numRuns: 1000 },
  );
});

test("brackets may be as deep as they like", () => {
  const deep = 50_000;
  expect(chooses(`${"(not ".repeat(deep)}a${")".repeat(deep)}`, "a")).toBe(true);
});
