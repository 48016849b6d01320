import fc from "fast-check";
import { expect, test } from "vitest";
import type { ErrorFacts } from "../../src/events/event.ts";
import { errorFacts } from "../../src/events/facts.ts";

test("an error's name, message, stack, code and cause", () => {
  const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  const facts = errorFacts(new RangeError("no page", { cause }));
  expect(facts).toMatchObject({ name: "RangeError", message: "no page" });
  expect(facts.stack).toContain("facts.test");
  expect(facts.cause).toMatchObject({ name: "Error", message: "refused", code: "ECONNREFUSED" });
});

test("the members of an AggregateError, nested ones bounded", () => {
  const inner = new AggregateError(Array.from({ length: 100 }, (_, i) => new Error(String(i))));
  const facts = errorFacts(
    new AggregateError(
      Array.from({ length: 100 }, () => inner),
      "many",
    ),
  );
  expect(facts.errors?.length).toBeGreaterThan(1);
  expect(size(facts)).toBeLessThanOrEqual(60);
});

test("circular and endless causes end", () => {
  const circular = new Error("a");
  circular.cause = new Error("b", { cause: circular });
  expect(errorFacts(circular).cause?.cause).toBeUndefined();
  let chain = new Error("0");
  for (let depth = 1; depth < 100; depth++) chain = new Error(String(depth), { cause: chain });
  expect(size(errorFacts(chain))).toBeLessThan(12);
});

test("values that are not errors are shown", () => {
  expect(errorFacts("oops")).toEqual({ name: "NonError", message: "'oops'" });
  expect(errorFacts(undefined)).toEqual({ name: "NonError", message: "undefined" });
  expect(errorFacts({ status: 404 })).toEqual({ name: "NonError", message: "{ status: 404 }" });
  expect(errorFacts({ message: "from another realm" })).toMatchObject({ message: "from another realm" });
});

test("hostile values do not throw", () => {
  const trap = () => {
    throw new Error("trapped");
  };
  const proxy = new Proxy(new Error("x"), { get: trap, getPrototypeOf: trap, ownKeys: trap, has: trap });
  const getters: object = Object.create(Error.prototype);
  for (const key of ["message", "stack", "code", "cause", "name", "errors"]) {
    Object.defineProperty(getters, key, { get: trap });
  }
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const value of [proxy, getters, revoked, Object.create(null), Object.assign(new Error(), { errors: revoked })]) {
    const facts = errorFacts(value);
    expect(typeof facts.name).toBe("string");
    expect(typeof facts.message).toBe("string");
  }
});

test("whatever is thrown becomes plain, bounded data", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), thrown => {
      const facts = errorFacts(Object.assign(new Error("m"), { cause: thrown, code: thrown, errors: [thrown] }));
      expect(structuredClone(facts)).toEqual(facts);
      expect(errorFacts(thrown).message.length).toBeLessThan(40_000);
    }),
  );
  expect(errorFacts(new Error("m".repeat(1e6))).message.length).toBeLessThan(40_000);
});

function size(facts: ErrorFacts): number {
  return 1 + (facts.cause ? size(facts.cause) : 0) + (facts.errors ?? []).reduce((sum, one) => sum + size(one), 0);
}
