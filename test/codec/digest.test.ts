import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { closeMark, digestBytes, inputsDigest, markOf, resultDigest } from "../../src/codec/digest.ts";
import { pack, unpack } from "../../src/codec/pack.ts";
import { Quote } from "../../src/codec/quote.ts";
import { registerSerializer } from "../../src/codec/serializers.ts";
import { OptionError, UncloneableError } from "../../src/errors.ts";

const subject = { task: "score", role: "input" } as const;
const mark = (value: unknown) => markOf(value, subject, null).text;

class Money {
  readonly amount: bigint;
  readonly currency: string;
  encoded = 0;

  constructor(amount: bigint, currency: string) {
    this.amount = amount;
    this.currency = currency;
  }
}
registerSerializer(Money, {
  name: "digest.Money",
  encode: money => {
    money.encoded++;
    return [money.amount, money.currency] as const;
  },
  decode: ([amount, currency]) => new Money(amount, currency),
});

class Points {
  readonly points: unknown;

  constructor(points: unknown) {
    this.points = points;
  }
}
registerSerializer(Points, { name: "digest.Points", encode: x => x.points, decode: points => new Points(points) });

const memory = new Uint8Array([9, 1, 2, 3, 4, 5, 6, 7, 8]).buffer;
const ring = (length: number, kind: (next: unknown[]) => unknown = next => next) => {
  const first: unknown[] = [];
  let at = first;
  for (let i = 1; i < length; i++) {
    const next: unknown[] = [];
    at.push(kind(next));
    at = next;
  }
  at.push(kind(first));
  return first;
};
const failure = (change: (error: Error & { [key: string]: unknown }) => void = () => {}) => {
  const error = new Error("it failed") as Error & { [key: string]: unknown };
  change(error);
  return error;
};

describe("a mark", () => {
  test("tells apart what a task could", () => {
    const values: unknown[] = [
      // Numbers and what looks like them.
      ...[0, -0, 1, "1", 1n, true, "true", false, null, "null", undefined, "undefined", Number.NaN, "NaN"],
      ...[2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      ...[10n ** 40n, -(10n ** 40n), 0n, Object(1), Object("1"), Object(1n), Object(true), Object(false)],
      // Texts.
      ...["", " ", "a", "A", "é", "e\u0301", "\ud800", "\udfff", "\ufffd", "\0", "🙂", "a".repeat(3_000)],
      ...[`${"a".repeat(2_999)}\ud800`, `${"a".repeat(2_999)}\ufffd`],
      // Containers.
      ...[{}, [], new Map(), new Set(), [[]], [{}], { a: {} }, { a: [] }],
      ...[{ 1: 2 }, new Map([[1, 2]]), new Map([["1", 2]]), [[1, 2]], [1, 2], new Set([1, 2]), [[1], 2], [1, [2]]],
      ...[{ a: undefined }, { a: null }, [undefined], [null], { a: 1, b: 2 }, { a: 2, b: 1 }, { ab: 1 }, { a: "b" }],
      ...[new Set([2, 1]), new Map([[1, [2]]]), new Map(Object.entries({ a: 1, b: 2 }))],
      ...[new Map(Object.entries({ b: 2, a: 1 })), ["a", 1, "b", 2], { "\ud800": 1 }, { "\ufffd": 1 }],
      JSON.parse('{ "__proto__": 1 }'),
      // Gaps and names in arrays.
      ...[
        new Array(1),
        new Array(2),
        [undefined, undefined],
        sparse(1),
        sparse(2),
        gapAt(1, [1, 1, 1]),
        sparse(5_000_000),
      ],
      ...[Object.assign([1], { name: 1 }), Object.assign([1], { name: 2 }), Object.assign([1], { nam: 1 })],
      // Leaves.
      ...[new Date(0), new Date(1), new Date(Number.NaN), new Date(0).toISOString()],
      ...[/a/, /a/g, /b/, "/a/", new URL("https://a.example/"), new URL("https://a.example/?b"), "https://a.example/"],
      ...[new Uint8Array([1, 0]), new Uint8ClampedArray([1, 0]), new Int8Array([1, 0]), new Int16Array([1])],
      ...[new Uint16Array([1]), Buffer.from([1, 0]), new Uint8Array([1, 0]).buffer, new Uint8Array([1, 0, 0])],
      ...[new DataView(new Uint8Array([1, 0]).buffer), [1, 0], new Float32Array([1]), new Float64Array([1])],
      ...[new BigInt64Array([1n]), new BigUint64Array([1n]), new Float64Array([0]), new Float64Array([-0])],
      ...[new Uint8Array(1_000), new Uint8Array(10_000), new Uint8Array(10_000).fill(1), new Uint16Array(5_000)],
      new ArrayBuffer(10_000),
      // Instances and errors.
      ...[new Money(1n, "EUR"), new Money(2n, "EUR"), [1n, "EUR"], new Points([1n, "EUR"]), new Points(new Points([]))],
      ...[failure(), "it failed", { message: "it failed" }, new Error("it broke"), new TypeError("it failed")],
      ...[failure(e => (e.name = "Failure")), failure(e => (e["code"] = "E1")), failure(e => (e["code"] = "E2"))],
      ...[failure(e => (e.cause = 1)), failure(e => (e.cause = failure())), failure(e => (e["detail"] = { a: 1 }))],
      ...[new AggregateError([], "it failed"), new AggregateError([failure()], "it failed")],
      new DOMException("it failed", "AbortError"),
      new OptionError({ where: "here", problem: "it failed", hint: "Mend it." }),
      // Parts of themselves.
      ...[1, 2, 3, 100, 101].map(length => ring(length)),
      ...[ring(1, next => ({ next })), ring(1, next => new Map([[1, next]])), ring(1, next => new Set([next]))],
      ...[[ring(1)], [[ring(1)]], [ring(2)], [ring(1), ring(1)], twice(ring(1))],
      new Points(ring(1)),
    ];
    const marks = values.map(mark);
    const same = marks.flatMap((text, i) =>
      marks.indexOf(text) === i ? [] : [[values[marks.indexOf(text)], values[i]]],
    );
    expect(same).toEqual([]);
    for (const text of marks) expect(text.length).toBeLessThanOrEqual(64);
  });

  test("does not tell apart what a task could not", () => {
    const shared = { a: [1] };
    const first = { x: 1, y: { b: 1, a: 2 } };
    const nan = new Float64Array(new BigUint64Array([0x7ff8_0000_0000_0001n]).buffer)[0];
    const pairs: [unknown, unknown][] = [
      [first, { y: { a: 2, b: 1 }, x: 1 }],
      [{ 10: 1, 9: 2, b: 3, a: 4 }, JSON.parse('{ "a": 4, "9": 2, "b": 3, "10": 1 }')],
      [Object.assign(Object.create(null), first), first],
      [
        {
          get x() {
            return 1;
          },
        },
        { x: 1 },
      ],
      [{ x: 1, [Symbol("s")]: 2 }, { x: 1 }],
      [Object.defineProperty({ x: 1 }, "hidden", { value: 2 }), { x: 1 }],
      [
        [shared, shared],
        [{ a: [1] }, { a: [1] }],
      ],
      [new Quote({ x: 1 }), { x: 1 }],
      [[new Quote(1)], [1]],
      [new Proxy({ x: 1 }, {}), { x: 1 }],
      [runInNewContext("({ a: [1, new Map([[1, new Date(5)]]), new Set([/a/g])] })"), foreign()],
      [new Uint8Array(memory, 1), new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8])],
      [Buffer.from("abc"), Buffer.from([0, 97, 98, 99]).subarray(1)],
      [new Uint8Array(20_000).subarray(10_000), new Uint8Array(10_000)],
      [Number.NaN, nan],
      [new Money(1n, "EUR"), new Money(1n, "EUR")],
      [failure(), failure(error => (error.stack = "elsewhere"))],
      [failure(error => Object.assign(error, { a: 1, b: 2 })), failure(error => Object.assign(error, { b: 2, a: 1 }))],
      [ring(3), ring(3)],
      [many(100), many(100).reverse()].map(entries => Object.fromEntries(entries)) as [unknown, unknown],
      [cyclic(["a", "b", "self"]), cyclic(["self", "b", "a"])],
    ];
    for (const [left, right] of pairs) expect(mark(left)).toBe(mark(right));
  });

  test("of an error and of an instance is that of what arrives", () => {
    const own = Object.assign(new RangeError("too far", { cause: failure() }), { code: 7, at: new Money(1n, "EUR") });
    const unsent = Object.assign(new Error("it failed"), { connection: () => {} });
    const self = failure(error => (error.cause = error));
    const inside = new Points([failure(error => (error.cause = error)), new Points(unsent)]);
    const around = failure(error => (error["context"] = { error }));
    for (const value of [
      own,
      unsent,
      self,
      inside,
      around,
      [own, own],
      new Points({ own, money: new Money(2n, "X") }),
    ]) {
      expect(mark(unpack(pack(value, subject)))).toBe(mark(value));
    }
    expect(mark(unsent)).not.toBe(mark(new Error("it failed")));
  });

  test("is the canonical bytes themselves where they are short", () => {
    expect(mark("short")).toBe("s\u0005short");
    expect(mark({ b: 1, a: [null] })).toBe("O\u0002s\u0001aA\u0001Ns\u0001bI\u0002");
    expect(mark("a".repeat(62))).toHaveLength(64);
    expect(mark("a".repeat(63))).toMatch(/^#/);
  });

  test("stays the same from version to version", () => {
    const numbers = Array.from({ length: 500 }, (_, i) => i * 1.5 - 99);
    const nested = {
      b: [1, -0, Number.NaN, 2 ** 40, 10n ** 30n],
      a: { "\ud800": "é🙂", list: new Set([new Map([[1, null]])]) },
    };
    const leaves = [
      new Date(5),
      /a+/gi,
      new URL("https://a.example/b"),
      Buffer.from("ab"),
      Object("x"),
      gapAt(0, [1, undefined]),
    ];
    const digests = [null, nested, numbers, leaves, ring(2), "long ".repeat(999), new Float64Array(numbers)].map(
      value => inputsDigest([mark(value)]),
    );
    expect(digests).toEqual([
      "2636c6bccd0c86d6cba936ba334d1283faeca3c1",
      "cc6672dd5a4ce3410ae0ed8489f22e7cf0f514d8",
      "ef0a97b8783c4f1552597ffae3b70216ae0af61b",
      "ec41722e88f2b692f9d74de27dca7a2084af5f70",
      "1cf870b8e379c545fc6a89c72eb85821c6ac8a8c",
      "cbd220d4570cc50a85c9797e20ec56bfe27397f8",
      "7c3d2e4fa2e688c3c8a49a8f5cdc289abdea76bd",
    ]);
    expect(inputsDigest([mark(new Money(5n, "EUR")), mark(failure(error => (error["code"] = "E1")))])).toBe(
      "d4849a05aeef59e482751f71c87876a7c680d058",
    );
    expect(inputsDigest([])).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4");
    expect(resultDigest(pack({ a: [1, "x"] }, subject))).toBe(
      "11b6c5d6cc008922181745498770cb62beed2c232e94227e0d2dc9fe0391e70b",
    );
  });
});

describe("time and depth", () => {
  test("a structure shared 40 deep is read a few times, not 2 to the 40", () => {
    let reads = 0;
    const build = (depth: number) => {
      let at: unknown = {
        get x() {
          return ++reads && 1;
        },
      };
      for (let i = 0; i < depth; i++) at = i % 2 === 0 ? { left: at, right: at } : [at, new Map([[1, at]])];
      return at;
    };
    mark(build(40));
    expect(reads).toBeLessThan(200);
    const cycle: unknown[] = [build(40)];
    cycle.push(cycle);
    reads = 0;
    mark(cycle);
    expect(reads).toBeLessThan(200);

    const tree = (depth: number): unknown => {
      if (depth === 0) return { x: 1 };
      const part = () => tree(depth - 1);
      return depth % 2 === 1 ? { left: part(), right: part() } : [part(), new Map([[1, part()]])];
    };
    expect(mark(build(12))).toBe(mark(tree(12)));
  });

  test("a large part met often is read once", () => {
    let reads = 0;
    const item = Object.defineProperty({}, "x", { enumerable: true, get: () => ++reads && 1 });
    const wide = Array.from({ length: 1_000 }, () => item);
    mark(Array.from({ length: 1_000 }, () => wide));
    expect(reads).toBe(1_000);
    // As is one that is large by its texts alone.
    reads = 0;
    const text = "x".repeat(100);
    const texts = many(100).map(([key]) => [key, { enumerable: true, get: () => ++reads && text }] as const);
    const large = Object.defineProperties({}, Object.fromEntries(texts));
    mark([large, [large], { large }]);
    expect(reads).toBe(100);
    // An array before a cycle that leads past it.
    reads = 0;
    const cycle: Record<string, unknown> = { a: wide };
    cycle["b"] = { c: cycle };
    mark(cycle);
    expect(reads).toBeLessThanOrEqual(2_000);
    const money = new Money(1n, "EUR");
    mark(Array.from({ length: 100 }, () => [money]));
    expect(money.encoded).toBe(1);
  });

  test("100,000 levels are no deeper than one", () => {
    const nest = (depth: number, end: unknown, around: (inner: unknown) => unknown) => {
      let at = end;
      for (let i = 0; i < depth; i++) at = around(at);
      return at;
    };
    const ways: ((inner: unknown) => unknown)[] = [
      inner => [inner],
      inner => ({ inner, a: 1 }),
      inner => new Map([[inner, 1]]),
    ];
    for (const way of ways) {
      const deep = mark(nest(100_000, 1, way));
      expect(deep).toBe(mark(nest(100_000, 1, way)));
      expect(deep).not.toBe(mark(nest(99_999, 1, way)));
      expect(deep).not.toBe(mark(nest(100_000, 2, way)));
    }
    expect(mark(ring(100_000))).toBe(mark(ring(100_000)));
    expect(mark(ring(100_000))).not.toBe(mark(ring(99_999)));
  });

  test("long arrays, all numbers or all gap", () => {
    const numbers = new Float64Array(1_000_000).map((_, i) => i);
    const changed = numbers.slice();
    changed[999_999] = -1;
    expect(mark(numbers)).toBe(mark(numbers.slice()));
    expect(mark(numbers)).not.toBe(mark(changed));
    expect(mark([...numbers])).not.toBe(mark([...changed]));

    const gaps = [2, 5_000, 5_001, 4_000_000_000].map(length => mark(new Array(length)));
    expect(new Set(gaps).size).toBe(4);
    expect(mark(sparse(4_000_000_000))).not.toBe(mark(sparse(4_000_000_001)));
    const scattered = (end: number) => {
      const array = sparse(4_000_000_000);
      for (let at = 0; at < 3e9; at += 1e8) array[at] = at;
      array[4e9] = end;
      return array;
    };
    expect(mark(scattered(1))).toBe(mark(scattered(1)));
    expect(mark(scattered(1))).not.toBe(mark(scattered(2)));
  });
});

describe("futures", () => {
  const future = (slot: number) => ({ slot });
  const slotOf = (value: object) => (value as { slot?: number }).slot;
  const holed = (value: unknown) => markOf(value, subject, slotOf);

  test("are numbered as they are met, each once", () => {
    const [a, b] = [future(7), future(3)];
    const keyed = holed({ y: [a, b], x: b });
    expect(keyed.slots).toEqual([3, 7]);
    expect(holed({ x: future(5), y: [future(9), future(5)] }).text).toBe(keyed.text);
    expect(holed({ x: b, y: [a, a] }).text).not.toBe(keyed.text);
    expect(holed(1).slots).toEqual([]);
    const cyclic: unknown[] = [a, [b, a]];
    cyclic.push(cyclic);
    expect(holed(cyclic).slots).toEqual([7, 3]);
    const many = Array.from({ length: 5_000 }, (_, i) => ({ at: [future(i)] }));
    expect(holed([many, many]).slots).toEqual(many.map((_, i) => i));
  });

  test("a mark is closed by the digests of their results", () => {
    const one = holed([future(1), "x"]);
    const [first, second] = [resultDigest(3), resultDigest(4)];
    expect(closeMark(one, [first])).toBe(closeMark(holed([future(2), "x"]), [first]));
    expect(closeMark(one, [first])).not.toBe(closeMark(one, [second]));
    expect(closeMark(one, [first])).not.toBe(closeMark(holed([future(1), "y"]), [first]));
    const two = holed([future(1), future(2)]);
    expect(closeMark(two, [first, second])).not.toBe(closeMark(two, [second, first]));
    expect(closeMark(holed("plain"), [])).toBe(mark("plain"));
  });

  test("a result that is passed on as it is counts as the value where that is a primitive", () => {
    const direct = holed(future(4));
    expect(direct.slots).toEqual([4]);
    for (const value of [3, -0, "text", "long ".repeat(1_000), "\ud800", 10n ** 100n, null, undefined, true]) {
      const packed = pack(value, { ...subject, role: "result" });
      expect(closeMark(direct, [resultDigest(packed)])).toBe(mark(value));
    }
    const list = pack([1, 2], subject);
    expect(closeMark(direct, [resultDigest(list)])).toBe(resultDigest(list));
  });

  test("in a quote are refused", () => {
    expect(() => holed([1, new Quote([future(1)])])).toThrow("a future inside quote(…)");
  });
});

test("a result's digest is that of its bytes and how they are to be read", () => {
  const packed = pack({ a: 1 }, subject);
  expect(resultDigest(packed)).toMatch(/^[0-9a-f]{64}$/);
  expect(resultDigest(packed)).toBe(resultDigest(pack({ a: 1 }, subject)));
  expect(resultDigest(packed)).not.toBe(resultDigest(pack({ a: 2 }, subject)));
  expect(resultDigest(packed)).not.toBe(resultDigest(pack('{"a":1}', subject)));
  expect(resultDigest(packed, digestBytes('{"a":1}'))).toBe(resultDigest(packed));
});

test("the digest of inputs counts their number, order and ends", () => {
  const digests = [[], [""], ["", ""], ["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ["1:a"]].map(inputsDigest);
  expect(new Set(digests).size).toBe(digests.length);
  for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{40}$/);
});

test("what cannot travel is refused as it is when packed", () => {
  class Unknown {}
  const round: { me: unknown } = { me: null };
  round.me = new Points([round.me, 1]);
  const inside = new Points(null);
  Object.assign(inside, { points: { inside } });
  class Endless {}
  registerSerializer(Endless, { name: "digest.Endless", encode: () => new Endless(), decode: () => new Endless() });
  class Broken {}
  const broken = () => {
    throw new Error("not today");
  };
  registerSerializer(Broken, { name: "digest.Broken", encode: broken, decode: broken });
  const values: unknown[] = [
    () => {},
    { a: [1, { b: () => {} }] },
    Symbol("s"),
    [Object(Symbol("s"))],
    new Map([["key", new Unknown()]]),
    new Set([Promise.resolve()]),
    [new WeakMap()],
    { memory: new SharedArrayBuffer(1) },
    { memory: new Uint8Array(new SharedArrayBuffer(1)) },
    [new (class extends Array {})()],
    [
      {
        then: 1,
        get x() {
          return broken();
        },
      },
    ],
    { inside },
    [new Endless()],
    [new Broken()],
    Object.create({ inherited: 1 }),
  ];
  for (const value of values) {
    const packed = caught(() => pack(value, subject));
    expect(packed).toBeInstanceOf(UncloneableError);
    expect(caught(() => mark(value)).message).toBe(packed.message);
  }
  // And the next value is none the worse for it.
  expect(mark([round])).toBe(mark([round]));
});

test("a serializer can ask for marks itself", () => {
  class Nested {
    readonly parts: unknown[] = [1, { a: "x".repeat(300) }];
  }
  registerSerializer(Nested, { name: "digest.Nested", encode: x => mark(x.parts), decode: () => new Nested() });
  const value = [{ a: 1, b: new Nested() }, 2];
  expect(mark(value)).toBe(mark(value));
  expect(mark(value)).toBe(mark([{ b: new Nested(), a: 1 }, 2]));
});

test("a value that grew the buffer leaves it as it was", () => {
  const long = Array.from({ length: 300_000 }, (_, i) => `item ${i}`);
  const before = mark(["before"]);
  expect(mark(long)).toBe(mark(long));
  expect(mark(["before"])).toBe(before);
});

function sparse(length: number): unknown[] {
  const array = new Array<unknown>(length);
  array[length - 1] = 1;
  return array;
}

function gapAt(at: number, array: unknown[]): unknown[] {
  delete array[at];
  return array;
}

function many(count: number): [key: string, value: number][] {
  return Array.from({ length: count }, (_, i) => [`key ${i}`, i]);
}

function twice(value: unknown): unknown[] {
  return [value, value];
}

function foreign(): unknown {
  return { a: [1, new Map([[1, new Date(5)]]), new Set([/a/g])] };
}

function cyclic(keys: readonly string[]): unknown {
  const made: Record<string, unknown> = {};
  for (const key of keys) made[key] = key === "self" ? made : [key];
  return made;
}

function caught(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
