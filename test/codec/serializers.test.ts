import { expect, test } from "vitest";
import { pack, type Subject, unpack } from "../../src/codec/pack.ts";
import { registerSerializer } from "../../src/codec/serializers.ts";

const subject: Subject = { task: "sum", role: "result" };
const roundTrip = (value: unknown) => unpack(pack(value, subject));
const coded = (code: string) => expect.objectContaining({ code });

class Money {
  readonly amount: bigint;
  readonly currency: { code: string };
  constructor(amount: bigint, currency: { code: string }) {
    this.amount = amount;
    this.currency = currency;
  }
}
registerSerializer(Money, {
  name: "test/Money",
  encode: money => [money.amount, money.currency] as const,
  decode: ([amount, currency]) => new Money(amount, currency),
});

test("instances arrive as instances, and share what they share", () => {
  const euro = { code: "EUR" };
  const price = new Money(5n, euro);
  const [first, map, second] = roundTrip([price, new Map([["p", price]]), new Money(6n, euro)]) as [
    Money,
    Map<string, Money>,
    Money,
  ];
  expect(first).toBeInstanceOf(Money);
  expect(first.amount).toBe(5n);
  expect(map.get("p")).toBe(first);
  expect(second.currency).toBe(first.currency);
});

test("a subclass needs its own; an encoded form is checked by its path", () => {
  class Fee extends Money {}
  expect(() => pack(new Fee(1n, { code: "x" }), subject)).toThrow(/an instance of Fee, which has no serializer/);
  class Odd {}
  registerSerializer(Odd, { name: "test/Odd", encode: () => ({ fn: () => 1 }), decode: () => new Odd() });
  expect(() => pack({ odd: new Odd() }, subject)).toThrow(/result\.odd\.fn is a function/);
});

test("an error inside an encoded form is whole when decode sees it", () => {
  class Outcome {
    readonly error: Error;
    constructor(error: Error) {
      this.error = error;
    }
  }
  let seen: unknown;
  const decode = (error: Error) => {
    seen = { ...error, cause: { ...(error.cause as Error) } };
    return new Outcome(error);
  };
  registerSerializer(Outcome, { name: "test/Outcome", encode: outcome => outcome.error, decode });
  const error = Object.assign(new Error("e"), { code: 7 });
  error.cause = new Error("loop", { cause: error });
  const back = roundTrip([new Outcome(error)]) as [Outcome];
  expect(seen).toEqual({ code: 7, cause: { unsent: ["cause: part of itself through its encoded form"] } });
  expect(back[0].error.message).toBe("e");
});

test("an instance inside its own encoded form is an error", () => {
  class Node {
    next: unknown = null;
  }
  registerSerializer(Node, {
    name: "test/Node",
    encode: node => ({ next: node.next }),
    decode: ({ next }) => Object.assign(new Node(), { next }),
  });
  const [one, two] = [new Node(), new Node()];
  one.next = two;
  expect((roundTrip(one) as Node).next).toBeInstanceOf(Node);
  two.next = { back: one };
  expect(() => pack({ one }, subject)).toThrow(
    /result\.one\.next\.next\.back is part of itself through its encoded form/,
  );
  let chain = new Node();
  for (let i = 0; i < 1_000; i++) chain = Object.assign(new Node(), { next: chain });
  expect(() => pack(chain, subject)).toThrow(/nested too deeply/);
});

test("names and classes are registered once", () => {
  class Other {}
  const serializer = { name: "test/Other", encode: () => 1, decode: () => new Other() };
  registerSerializer(Other, serializer);
  registerSerializer(Other, { ...serializer });
  expect(() => registerSerializer(class Third {}, serializer)).toThrow(coded("OPTION"));
  expect(() => registerSerializer(Other, { ...serializer, name: "test/Another" })).toThrow(coded("OPTION"));
  expect(() => registerSerializer(Map, { ...serializer, name: "test/Map" } as never)).toThrow(coded("OPTION"));
  expect(() => registerSerializer(Other, { name: "" } as never)).toThrow(coded("OPTION"));
});

test("the other side must know the name; what fails in decode is said", () => {
  const packed = pack([new Money(1n, { code: "EUR" })], subject);
  const table = Reflect.get(globalThis, Symbol.for("heddle.serializers.1")) as { byName: Map<string, unknown> };
  const entry = table.byName.get("test/Money");
  table.byName.delete("test/Money");
  expect(() => unpack(packed)).toThrow(coded("SERIALIZER"));
  expect(() => unpack(packed)).toThrow(/"test\/Money".*no serializer of that name/);
  table.byName.set("test/Money", entry);
  class Fragile {}
  const decode = () => {
    throw new Error("broken");
  };
  registerSerializer(Fragile, { name: "test/Fragile", encode: () => 1, decode });
  expect(() => roundTrip(new Fragile())).toThrow(/its decode threw broken/);
});
