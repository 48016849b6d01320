import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pack, packInputs, type Subject, unpackInputs } from "../../src/codec/pack.ts";
import { Hole, Packed } from "../../src/codec/packed.ts";
import { Quote } from "../../src/codec/quote.ts";
import { registerSerializer } from "../../src/codec/serializers.ts";
import { collect, substitute } from "../../src/codec/substitute.ts";
import { inputsFromWire, inputsToWire } from "../../src/codec/wire.ts";
import { sameShape } from "./shape.ts";

const subject: Subject = { task: "merge", role: "input" };

class Later {
  readonly slot: number;
  constructor(slot: number) {
    this.slot = slot;
  }
}
const slotOf = (x: object) => (x instanceof Later ? x.slot : undefined);
const isLater = (x: object) => x instanceof Later;
const VALUES: unknown[] = [7, { deep: [1] }, undefined, "text", [new Date(1)]];
const valueFor = (x: object) => (x instanceof Later ? { value: VALUES[x.slot] } : undefined);

const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(1, "a", null, undefined, -0),
    fc.nat(VALUES.length - 1).map(slot => new Later(slot)),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "__proto__"), tie("tree")),
    fc.array(fc.tuple(fc.nat(), tie("tree")), { maxLength: 3 }).map(entries => new Map(entries)),
    fc.array(tie("tree"), { maxLength: 3 }).map(items => new Set(items)),
  ),
}));

describe("inputs", () => {
  test("arrive as they would in the same memory", () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), inputs => {
        const wire: unknown[] = [];
        inputsToWire(packInputs(inputs, subject, slotOf), wire);
        const cursor = { at: 0 };
        const far = unpackInputs(inputsFromWire(structuredClone(wire), cursor), structuredClone(VALUES));
        expect(cursor.at).toBe(wire.length);
        const near = substitute(inputs, valueFor);
        expect(sameShape(far, structuredClone(near))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("that are primitives or futures stay a flat list", () => {
    expect(packInputs([1, "a", new Later(3), undefined], subject, slotOf)).toEqual([1, "a", new Hole(3), undefined]);
    const mixed = packInputs([new Later(0), { a: 1 }], subject, slotOf);
    expect(mixed).toEqual([new Hole(0), new Packed("json", '{"a":1}')]);
  });

  test("share what they share", () => {
    const part = { a: 1 };
    const [first, second] = unpackInputs(packInputs([part, { part }], subject, slotOf), []) as [
      object,
      { part: object },
    ];
    expect(second.part).toBe(first);
  });

  test("with thenables, quotes, and futures in what a serializer gave", () => {
    class Box {
      readonly inside: unknown;
      constructor(inside: unknown) {
        this.inside = inside;
      }
    }
    registerSerializer(Box, { name: "test/Box", encode: box => box.inside, decode: inside => new Box(inside) });
    const thenable = { then() {} };
    const slots = (x: object) => (x === thenable ? 0 : slotOf(x));
    const inputs = [{ thenable }, new Quote({ a: [1] }), new Box({ first: new Later(1) }), new Quote(5)];
    expect(unpackInputs(packInputs(inputs, subject, slots), ["now", 9])).toEqual([
      { thenable: "now" },
      { a: [1] },
      new Box({ first: 9 }),
      5,
    ]);
  });

  test("that cannot travel are named", () => {
    const said = (inputs: unknown[]) => {
      try {
        packInputs(inputs, subject, slotOf);
        return "nothing";
      } catch (error) {
        return (error as { short?: string }).short?.split(": ")[1];
      }
    };
    expect(said([{ options: { parse: () => 1 } }])).toBe("input 0.options.parse is a function");
    expect(said([1, () => 1])).toBe("input 1 is a function");
    expect(said([1, new Quote({ a: [new Later(1)] })])).toBe("input 1.a[0] is a future inside quote(…)");
    expect(said([new Quote({ a: Promise.resolve() })])).toBe("input 0.a is a Promise");
    expect(() => pack(new Later(1), subject)).toThrow(/input is an instance of Later/);
  });
});

describe("futures in this memory", () => {
  test("are found once each, in order", () => {
    const [a, b, c] = [new Later(0), new Later(1), new Later(2)];
    const found: object[] = [];
    const value: Record<string, unknown> = {
      x: [a, new Map([[1, b]])],
      y: new Set([c, a]),
      box: new Quote(new Later(3)),
    };
    value["self"] = value;
    collect(value, isLater, found);
    expect(found).toEqual([a, b, c]);
  });

  test("are replaced in copies, and what holds none is the same object", () => {
    const plain = { big: [1, 2, 3] };
    const cycle: Record<string, unknown> = { plain, later: new Later(0) };
    cycle["self"] = cycle;
    const result = substitute(cycle, valueFor) as Record<string, unknown>;
    expect(result).not.toBe(cycle);
    expect(result["self"]).toBe(result);
    expect(result["plain"]).toBe(plain);
    expect(result["later"]).toBe(7);
    expect(cycle["later"]).toBeInstanceOf(Later);
    expect(substitute(plain, valueFor)).toBe(plain);
    expect(substitute(new Quote(cycle), valueFor)).toBe(cycle);
    expect(substitute(new Later(1), valueFor)).toBe(VALUES[1]);
    const symbol = Symbol("s");
    expect(substitute({ [symbol]: 1, a: new Later(0) }, valueFor)).toEqual({ [symbol]: 1, a: 7 });
    expect(Object.getPrototypeOf(substitute(Object.assign(Object.create(null), { a: new Later(0) }), valueFor))).toBe(
      null,
    );
  });

  test("at any depth", () => {
    let deep: unknown = new Later(0);
    for (let i = 0; i < 10_000; i++) deep = i % 2 === 0 ? [deep] : { deep };
    const found: object[] = [];
    collect(deep, isLater, found);
    expect(found).toHaveLength(1);
    let at = substitute(deep, valueFor);
    while (typeof at === "object" && at !== null) at = Object.values(at)[0];
    expect(at).toBe(7);
    let far: unknown = unpackInputs(packInputs([deep], subject, slotOf), VALUES);
    while (typeof far === "object" && far !== null) far = Object.values(far)[0];
    expect(far).toBe(7);
  });
});
