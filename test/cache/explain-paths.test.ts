import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differingPaths } from "../../src/cache/paths.ts";

class Point {
  x: number;
  constructor(x: number) {
    this.x = x;
  }
}

function cyclic(last: number): object {
  const a: Record<string, unknown> = { list: [] };
  (a["list"] as unknown[]).push(a, { up: a, last });
  return a;
}

/** `next` within `next`, with a value at the end. */
function deep(depth: number, end: unknown): unknown {
  let value = end;
  for (let i = 0; i < depth; i += 1) value = { next: value };
  return value;
}

/** A structure that shares each part with its next one, so that it has 2 ** depth paths. */
function shared(depth: number, end: unknown): unknown {
  let value = end;
  for (let i = 0; i < depth; i += 1) value = [value, value];
  return value;
}

const key = { id: 1 };

test.each<[string, unknown, unknown, string[]]>([
  ["primitives", 1, 2, [""]],
  ["types", 1, "1", [""]],
  ["zeros", [0], [-0], ["[0]"]],
  ["undefined, null and none", { a: undefined, b: null }, { b: undefined }, ["a", "b"]],
  ["objects in lists", { rows: [{}, { name: "a" }] }, { rows: [{}, { name: "b" }] }, ["rows[1].name"]],
  ["longer lists", { rows: [1, 2] }, { rows: [1, 3, 4] }, ["rows[1]", "rows.length"]],
  ["holes", Object.assign(new Array(3), { 0: 1, 2: 3 }), [1, undefined, 3], ["[1]"]],
  ["odd keys", { "a b": 1, 'c"d': { 1: 2 } }, { "a b": 2, 'c"d': { 1: 3 } }, ['["a b"]', '["c\\"d"]["1"]']],
  ["order of properties", { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ["Maps", new Map([["k", { x: 1 }]]), new Map([["k", { x: 2 }]]), ['get("k").x']],
  ["Maps inside", { by: new Map([[1n, 1]]) }, { by: new Map([[1n, 2]]) }, ["by.get(1n)"]],
  ["a key that is new", new Map([["a", undefined]]), new Map([["b", undefined]]), ['get("a")', 'get("b")']],
  ["objects as keys", new Map([[key, 1]]), new Map([[{ id: 2 }, 3]]), ["keys()[0].id", "values()[0]"]],
  [
    "order in Maps",
    {
      m: new Map([
        ["a", 1],
        ["b", 2],
      ]),
    },
    {
      m: new Map([
        ["b", 2],
        ["a", 1],
      ]),
    },
    ["m"],
  ],
  ["Sets", { tags: new Set(["a", "b"]) }, { tags: new Set(["b", "c"]) }, ['tags.has("a")', 'tags.has("c")']],
  ["order in Sets", new Set([1, 2]), new Set([2, 1]), [""]],
  ["objects in Sets", new Set([{ x: 1 }]), new Set([{ x: 2 }]), ["values()[0].x"]],
  ["typed arrays", { d: new Float64Array([1, 2, 3]) }, { d: new Float64Array([1, 5, 3, 4]) }, ["d[1]", "d.length"]],
  ["kinds of typed arrays", { d: new Uint8Array(1) }, { d: new Int8Array(1) }, ["d"]],
  ["buffers", new ArrayBuffer(2), new Uint8Array([0, 1]).buffer, [""]],
  ["Dates", { at: new Date(1) }, { at: new Date(2) }, ["at"]],
  ["the same Date", { at: new Date(Number.NaN) }, { at: new Date(Number.NaN) }, []],
  ["regular expressions", [/a/g], [/a/i], ["[0]"]],
  ["URLs", new URL("file:///a"), new URL("file:///b"), [""]],
  ["errors", { e: new Error("a") }, { e: new Error("b") }, ["e.message"]],
  ["classes", [new Point(1), new Point(2)], [new Point(3), { x: 2 }], ["[0].x", "[1]"]],
  ["no prototype", Object.assign(Object.create(null), { a: 1 }), { a: 2 }, ["a"]],
  ["lists and objects", { a: [] }, { a: {} }, ["a"]],
  ["cycles", cyclic(1), cyclic(2), ["list[1].last"]],
])("%s", (_, a, b, paths) => {
  expect(differingPaths(a, b)).toEqual(paths);
  expect(differingPaths(a, a)).toEqual([]);
});

describe("bounds", () => {
  test("as many paths as asked for", () => {
    const [a, b] = [Array.from({ length: 1e5 }, (_, i) => i), Array.from({ length: 1e5 }, (_, i) => -i - 1)];
    expect(differingPaths(a, b)).toHaveLength(5);
    expect(differingPaths(a, b, 2)).toEqual(["[0]", "[1]"]);
    expect(differingPaths(new Float32Array(a), new Float32Array(b), 1)).toEqual(["[0]"]);
  });

  test("any depth, with the middle of the path left out", () => {
    const [path] = differingPaths(deep(100_000, 1), deep(100_000, 2));
    expect(path).toMatch(/^next(\.next)+ … (\.next)+$/);
    expect(path!.length).toBeLessThan(120);
  });

  test("shared parts are compared once", () => {
    expect(differingPaths(shared(60, 1), shared(60, 1))).toEqual([]);
    expect(differingPaths(shared(60, 1), shared(60, 2))[0]).toMatch(/^(\[0\])+ … (\[0\])+$/);
  });

  test("long keys are cut", () => {
    const [path] = differingPaths({ ["k".repeat(1e4)]: 1 }, {});
    expect(path!.length).toBeLessThan(60);
  });
});

const anyValue = fc.anything({
  withMap: true,
  withSet: true,
  withDate: true,
  withBigInt: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: false,
  maxDepth: 3,
});

test("what finds no difference is equal, and what is equal has none, order in Maps and Sets apart", () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      const paths = differingPaths(a, b);
      if (paths.length === 0) expect(isDeepStrictEqual(a, b)).toBe(true);
      expect(differingPaths(a, structuredClone(a))).toEqual([]);
      expect(differingPaths(b, a).length > 0).toBe(paths.length > 0);
    }),
    { numRuns: 1000 },
  );
});

test("the path of the one place that was changed", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.nat(), (json, seed) => {
      const before: unknown = JSON.parse(json);
      const after: unknown = structuredClone(before);
      const places: { holder: object; key: string; path: string }[] = [];
      const find = (holder: unknown, path: string): void => {
        if (typeof holder !== "object" || holder === null) return;
        for (const key of Object.keys(holder)) {
          const name = Array.isArray(holder)
            ? `[${key}]`
            : /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
              ? `.${key}`
              : `[${JSON.stringify(key)}]`;
          places.push({ holder, key, path: path + name });
          find(Reflect.get(holder, key), path + name);
        }
      };
      find(after, "");
      fc.pre(places.length > 0);
      const { holder, key, path } = places[seed % places.length]!;
      Object.defineProperty(holder, key, { value: new Date(), enumerable: true });
      const [only, ...others] = differingPaths(before, after);
      expect(others).toEqual([]);
      if (!only!.includes("…")) expect(only).toBe(path.replace(/^\./, ""));
    }),
  );
});
