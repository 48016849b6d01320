import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pack, type Subject, unpack } from "../../src/codec/pack.ts";
import { Packed } from "../../src/codec/packed.ts";
import { fromWire, toWire } from "../../src/codec/wire.ts";
import { sameShape } from "./shape.ts";

const subject: Subject = { task: "score", role: "result" };
const roundTrip = (value: unknown) => unpack(pack(value, subject));
const tagOf = (value: unknown) => {
  const packed = pack(value, subject);
  return packed instanceof Packed ? packed.tag : "primitive";
};

const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    true,
    "",
    "\ud800",
    "__proto__",
  ),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.constant(/a+/gi),
  fc.uint8Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.uint8Array().map(array => new DataView(array.slice().buffer)),
  fc.uint8Array().map(array => array.slice().buffer),
);

/** Makes an empty container, and fills it when all others exist. */
type Build = () => [made: object, put: (key: string, value: unknown, index: number) => void];
const builders: Build[] = [
  () => {
    const made = {};
    const plain = { enumerable: true, writable: true, configurable: true };
    return [made, (key, value) => void Object.defineProperty(made, key, { ...plain, value })];
  },
  () => {
    const made: unknown[] = [];
    const put = (key: string, value: unknown, index: number) => {
      if (key === "a") made.length = index + 1;
      else made[index] = value;
    };
    return [made, put];
  },
  () => {
    const made: unknown[] = [];
    return [made, (key, value) => void Reflect.set(made, `named-${key}`, value)];
  },
  () => {
    const made = new Map<unknown, unknown>();
    return [made, (key, value) => void made.set(key === "a" ? value : key, value)];
  },
  () => {
    const made = new Set<unknown>();
    return [made, (_, value) => void made.add(value)];
  },
];

/** Any graph of containers: trees, shared parts, cycles. */
const graph = fc
  .array(
    fc.record({
      kind: fc.nat(builders.length - 1),
      parts: fc.array(
        fc.tuple(
          fc.constantFrom("a", "b", "c", "__proto__", "7", "then"),
          fc.oneof(
            fc.nat(9),
            leaf.map(value => ({ value })),
          ),
        ),
        { maxLength: 5 },
      ),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map(nodes => {
    const made = nodes.map(({ kind }) => builders[kind]!());
    nodes.forEach(({ parts }, i) => {
      for (const [index, [key, part]] of parts.entries()) {
        made[i]![1](key, typeof part === "number" ? made[part % made.length]![0] : part.value, index);
      }
    });
    return made[0]![0];
  });

describe("a value's round trip", () => {
  test("gives what structuredClone gives, sharing and cycles included", () => {
    fc.assert(
      fc.property(graph, value => {
        const before = structuredClone(value);
        const result = roundTrip(value);
        expect(sameShape(result, before)).toBe(true);
        // Packing changes nothing.
        expect(sameShape(structuredClone(value), before)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("keeps any data that JSON or structured clone keeps", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withObjectString: true,
    });
    fc.assert(
      fc.property(anything, value => sameShape(roundTrip(value), structuredClone(value))),
      { numRuns: 500 },
    );
  });

  test("passes a message as it is", () => {
    fc.assert(
      fc.property(fc.array(graph, { maxLength: 3 }), values => {
        const wire: unknown[] = ["before"];
        for (const value of values) toWire(pack(value, subject), wire);
        const cursor = { at: 1 };
        const posted = structuredClone(wire);
        for (const value of values)
          expect(sameShape(unpack(fromWire(posted, cursor)), structuredClone(value))).toBe(true);
        expect(cursor.at).toBe(wire.length);
      }),
      { numRuns: 50 },
    );
  });

  test("is JSON where JSON is exact, and only there", () => {
    expect(tagOf(-0)).toBe("primitive");
    expect(tagOf({ a: 1, b: [1, null, "x", { c: true }] })).toBe("json");
    expect(tagOf(Array.from({ length: 100 }, (_, i) => i))).toBe("json");
    const shared = {};
    const inexact = [[-0], [Number.NaN], [undefined], new Array(1), [shared, shared], [1n], "a".match(/a/), new Date()];
    for (const value of inexact) expect(tagOf(value)).toBe("clone");
    const named = Object.assign(
      Array.from({ length: 100 }, (_, i) => i),
      { name: "n" },
    );
    expect(roundTrip(named)).toHaveProperty("name", "n");
  });

  test("sends of a view its own bytes, and gives each reader memory of its own", () => {
    const packed = pack(new Uint8Array(1_000_000).subarray(5, 8).fill(7), subject) as Packed;
    expect(packed.data.length).toBeLessThan(50);
    const [first, second] = [unpack(packed) as Uint8Array, unpack(packed) as Uint8Array];
    first[0] = 1;
    expect([...second]).toEqual([7, 7, 7]);
    expect(first.buffer.byteLength).toBe(3);
  });

  test("keeps any depth", () => {
    let deep: Record<string, unknown> = { end: new Map([[1, []]]) };
    for (let i = 0; i < 10_000; i++) deep = i % 2 === 0 ? { deep } : { deep: [deep], top: deep };
    let at = roundTrip(deep) as Record<string, unknown>;
    let depth = 0;
    while (at["deep"] !== undefined) {
      const below: unknown = at["deep"];
      if (Array.isArray(below)) expect(below[0]).toBe(at["top"]);
      at = (Array.isArray(below) ? below[0] : below) as Record<string, unknown>;
      depth++;
    }
    expect(depth).toBe(10_000);
    expect(at["end"]).toEqual(new Map([[1, []]]));
  });

  test("keeps Buffers, which structured clone does not", () => {
    const [first, second] = roundTrip([Buffer.from("first"), Buffer.alloc(0)]) as Buffer[];
    expect(Buffer.isBuffer(first) && Buffer.isBuffer(second)).toBe(true);
    expect(String(first)).toBe("first");
  });

  test("takes a proxy of plain data, a URL, and an object of another realm", async () => {
    const { runInNewContext } = await import("node:vm");
    expect(roundTrip({ a: new Proxy({ b: new Date(1) }, {}) })).toEqual({ a: { b: new Date(1) } });
    const url = new URL("https://user@example.org/a?b#c");
    const [first, second] = roundTrip([url, url]) as URL[];
    expect(first).toBeInstanceOf(URL);
    expect(String(first)).toBe(String(url));
    expect(second).toBe(first);
    expect(roundTrip(runInNewContext("({ a: [1, new Map([[1, new Date(5)]])] })"))).toEqual({
      a: [1, new Map([[1, new Date(5)]])],
    });
  });
});

describe("what cannot travel is named by its path", () => {
  class Plain {}
  class Parts extends Array {}
  const cases: [string, unknown, string][] = [
    ["result", () => 1, "a function"],
    ["result", Symbol("x"), "a symbol"],
    ["result.a.b[2]", { a: { b: [1, 2, () => 1] } }, "a function"],
    ['result.get("k")', new Map([["k", Symbol("x")]]), "a symbol"],
    ["result.get(1).x", new Map([[1, { x: new Plain() }]]), "an instance of Plain, which has no serializer"],
    ["result.keys()[0]", new Map([[new Plain(), 1]]), "an instance of Plain, which has no serializer"],
    ["result.values()[1]", new Set([1, new Parts()]), "an instance of Parts, which has no serializer"],
    ['result["a b"]', { "a b": Promise.resolve() }, "a Promise"],
    ["result.f", { f: { then() {}, __proto__: { x: 1 } } }, "a future or other promise (Object)"],
    ["result[0]", [new WeakMap()], "a WeakMap"],
    ["result[0]", [new SharedArrayBuffer(1)], "a SharedArrayBuffer"],
    ["result[0]", [new Uint8Array(new SharedArrayBuffer(1))], "a view on a SharedArrayBuffer"],
    ["result.g", { g: (function* () {})() }, "a generator"],
    ["result.o", { o: Object.create({ inherited: 1 }) }, "an object whose prototype is another object"],
    ["result.url", { url: new (class Link extends URL {})("a:b") }, "an instance of Link, which has no serializer"],
  ];
  test.each(cases)("%s", (path, value, kind) => {
    expect(() => pack(value, subject)).toThrow(
      expect.objectContaining({
        code: "UNCLONEABLE",
        short: `The result of score cannot be copied for another thread or process: ${path} is ${kind}`,
      }),
    );
  });

  test("a getter that throws, and bytes that are gone", () => {
    const cause = new Error("not now");
    const lazy = {
      get now(): never {
        throw cause;
      },
    };
    expect(() => pack([lazy], subject)).toThrow(/result\[0\] is unreadable \(not now\)/);
    const gone = new ArrayBuffer(8);
    structuredClone(gone, { transfer: [gone] });
    expect(() => pack({ gone }, subject)).toThrow(expect.objectContaining({ code: "UNCLONEABLE" }));
  });

  test("damaged bytes are an error with a code", () => {
    for (const packed of [new Packed("clone", new Uint8Array([255, 15, 92, 99])), new Packed("json", "{")]) {
      expect(() => unpack(packed)).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
    }
    expect(() => fromWire([17, 1], { at: 0 })).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  });
});
