import fc from "fast-check";
import { expect, test } from "vitest";
import { markOf } from "../../src/codec/digest.ts";
import { pack, unpack } from "../../src/codec/pack.ts";
import { alike, reordered } from "./digest-alike.ts";

const subject = { task: "score", role: "input" } as const;
const mark = (value: unknown) => markOf(value, subject, null).text;

/** Few, so that equal values come up often. */
const LEAVES: readonly (() => unknown)[] = [
  () => 0,
  () => -0,
  () => 1,
  () => "1",
  () => 1n,
  () => true,
  () => null,
  () => undefined,
  () => Number.NaN,
  () => 0.1,
  () => "",
  () => "\ud800",
  () => "\ufffd",
  () => "long ".repeat(60),
  () => "long ".repeat(600),
  () => new Date(1),
  () => new Date(Number.NaN),
  () => /a/g,
  () => new Number(1),
  () => new Uint8Array([1]),
  () => Buffer.from([1]),
  () => new Uint8Array([1]).buffer,
  () => new Uint8Array(300),
  () => new Uint16Array(150),
];
const KINDS = ["object", "array", "named", "map", "set"] as const;
const KEYS = ["a", "b", "0", "__proto__", "\ud800", "k".repeat(50)] as const;

/** A value as a recipe: by it the same value can be made twice, and changed in one place. */
type Recipe = { leaf: number } | { kind: (typeof KINDS)[number]; parts: readonly (readonly [string, Recipe])[] };

const recipes = fc.letrec<{ recipe: Recipe; container: Recipe }>(tie => ({
  recipe: fc.oneof({ maxDepth: 5 }, fc.record({ leaf: fc.nat(LEAVES.length - 1) }), tie("container")),
  container: fc.record({
    kind: fc.constantFrom(...KINDS),
    parts: fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), tie("recipe")), {
      selector: ([key]) => key,
      maxLength: 4,
    }),
  }),
})).recipe;

function make(recipe: Recipe): unknown {
  if ("leaf" in recipe) return LEAVES[recipe.leaf]!();
  const parts = recipe.parts.map(([key, part]) => [key, make(part)] as const);
  switch (recipe.kind) {
    case "object":
      return Object.fromEntries(parts);
    case "array":
      return parts.map(([, part]) => part);
    case "named":
      return Object.assign(["first"], Object.fromEntries(parts.map(([key, part]) => [`n${key}`, part])));
    case "map":
      return new Map(parts);
    default:
      // In boxes, as equal primitives would become one.
      return new Set(parts.map(([, part]) => [part]));
  }
}

/** Everything one change away. */
function changes(recipe: Recipe): Recipe[] {
  if ("leaf" in recipe) {
    return [...LEAVES.keys()].filter(leaf => leaf !== recipe.leaf).map(leaf => ({ leaf }));
  }
  const { kind, parts } = recipe;
  const found: Recipe[] = KINDS.filter(other => other !== kind).map(other => ({ kind: other, parts }));
  for (const [i, [key, part]] of parts.entries()) {
    found.push({ kind, parts: parts.toSpliced(i, 1) });
    for (const changed of changes(part)) found.push({ kind, parts: parts.with(i, [key, changed]) });
    const renamed = KEYS.find(other => !parts.some(([taken]) => taken === other));
    if (renamed !== undefined && ["object", "named", "map"].includes(kind)) {
      found.push({ kind, parts: parts.with(i, [renamed, part]) });
    }
    if (i > 0 && ["array", "map", "set"].includes(kind)) {
      const swapped = parts.with(i, parts[i - 1]!).with(i - 1, parts[i]!);
      if (kind === "map" || !alike(make(part), make(parts[i - 1]![1]))) found.push({ kind, parts: swapped });
    }
  }
  return found;
}

/** Any graph of containers: trees, shared parts, cycles. */
const graphs = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      parts: fc.uniqueArray(
        fc.tuple(
          fc.constantFrom(...KEYS),
          fc.oneof(
            fc.nat(5),
            fc.nat(LEAVES.length - 1).map(leaf => ({ leaf })),
          ),
        ),
        { selector: ([key]) => key, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map(nodes => {
    const made = nodes.map(({ kind }) => make({ kind, parts: [] }) as object);
    for (const [i, { parts }] of nodes.entries()) {
      for (const [key, part] of parts) {
        put(made[i]!, key, typeof part === "number" ? made[part % made.length]! : LEAVES[part.leaf]!());
      }
    }
    return made[0]!;
  });

function put(into: object, key: string, value: unknown): void {
  if (into instanceof Map) into.set(key, value);
  else if (into instanceof Set) into.add([value]);
  else if (Array.isArray(into) && into.length !== 1) into[into.length === 0 ? 3 : into.length] = value;
  else Object.defineProperty(into, `n${key}`, { value, enumerable: true, writable: true, configurable: true });
}

const shuffled = (keys: string[], seed: number) =>
  keys
    .map((key, i) => [key, Math.sin(seed + i * 7)] as const)
    .sort(([, a], [, b]) => a - b)
    .map(([key]) => key);

test("equal recipes give equal marks, in any order of plain keys", () => {
  fc.assert(
    fc.property(recipes, fc.nat(), (recipe, seed) => {
      const value = make(recipe);
      expect(mark(make(recipe))).toBe(mark(value));
      expect(mark(reordered(value, keys => shuffled(keys, seed)))).toBe(mark(value));
    }),
    { numRuns: 500 },
  );
});

test("any single change gives another mark", () => {
  fc.assert(
    fc.property(recipes, recipe => {
      const marks = changes(recipe).map(changed => mark(make(changed)));
      expect(marks).not.toContain(mark(make(recipe)));
    }),
    { numRuns: 300 },
  );
});

test("a value sent to a task, and the clone of one, have its mark, whatever they share", () => {
  fc.assert(
    fc.property(graphs, fc.nat(), (value, seed) => {
      expect(mark(unpack(pack(value, subject)))).toBe(mark(value));
      expect(mark(reordered(value, keys => shuffled(keys, seed)))).toBe(mark(value));
    }),
    { numRuns: 500 },
  );
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(anything, value => {
      expect(mark(structuredClone(value))).toBe(mark(value));
    }),
    { numRuns: 500 },
  );
});

test("two values have one mark if and only if they are alike", () => {
  const pairs = { equal: 0, different: 0 };
  fc.assert(
    fc.property(fc.array(graphs, { minLength: 8, maxLength: 8 }), values => {
      const marks = values.map(mark);
      for (const [i, left] of values.entries()) {
        for (const [j, right] of values.entries()) {
          if (i === j) continue;
          const equal = alike(left, right);
          expect(marks[i] === marks[j]).toBe(equal);
          pairs[equal ? "equal" : "different"]++;
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(Math.min(pairs.equal, pairs.different)).toBeGreaterThan(100);
});
