import { describe, expect, test } from "vitest";
import { packError, unpackError } from "../../src/codec/failure.ts";
import { pack, type Subject, unpack } from "../../src/codec/pack.ts";
import { registerSerializer } from "../../src/codec/serializers.ts";
import {
  HeddleError,
  ThrownValueError,
  TimeoutError,
  UnobservedFailuresError,
  UpstreamError,
} from "../../src/errors.ts";

const subject: Subject = { task: "fetchPage", role: "error" };
const roundTrip = (error: unknown) => unpackError(packError(error, subject)) as Error & Record<string, unknown>;

describe("an error's round trip", () => {
  test("keeps name, message, stack, code, cause and own properties", () => {
    const cause = new RangeError("low");
    const error = Object.assign(new TypeError("bad", { cause }), {
      code: "E_BAD",
      details: { at: [1, -0], when: new Date(1) },
    });
    const back = roundTrip(error);
    expect(back).toBeInstanceOf(TypeError);
    expect(back).not.toBe(error);
    expect(back.stack).toBe(error.stack);
    expect({ ...back }).toEqual({ code: "E_BAD", details: { at: [1, -0], when: new Date(1) } });
    expect(back.cause).toBeInstanceOf(RangeError);
    expect((back.cause as Error).stack).toBe(cause.stack);
    expect(Object.keys(back)).toEqual(["code", "details"]);
  });

  test("keeps circular causes, and chains of any length", () => {
    const error: Error = new Error("a");
    error.cause = new Error("b", { cause: error });
    const back = roundTrip(error);
    expect((back.cause as Error).cause).toBe(back);
    let chain = new Error("0");
    for (let i = 1; i < 5_000; i++) chain = new Error(String(i), { cause: chain });
    let at = roundTrip(chain) as Error;
    while (at.cause !== undefined) at = at.cause as Error;
    expect(at.message).toBe("0");
  });

  test("keeps the members of an AggregateError, and names those that cannot travel", () => {
    const back = roundTrip(
      new AggregateError([new SyntaxError("x"), () => 1, 5], "many"),
    ) as unknown as AggregateError & { unsent: string[] };
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors[0]).toBeInstanceOf(SyntaxError);
    expect(back.errors.slice(1)).toEqual([undefined, 5]);
    expect(back.unsent).toEqual(["errors[1]: a function"]);
  });

  test("names what cannot travel and keeps the rest", () => {
    class Plain {}
    const loop: Record<string, unknown> = { fn: () => 1 };
    loop["loop"] = loop;
    const error = Object.assign(new Error("kept"), { fn: () => 1, plain: new Plain(), loop, fine: 1 });
    Object.defineProperty(error, "lazy", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    });
    const back = roundTrip(error);
    expect(back.message).toBe("kept");
    expect(back["fine"]).toBe(1);
    expect(back["unsent"]).toEqual([
      "lazy: unreadable",
      "fn: a function",
      "plain: an instance of Plain, which has no serializer",
      "loop: a function",
    ]);
    expect(roundTrip(back)["unsent"]).toEqual(back["unsent"]);
  });

  test("gives heddle's own errors their class, code and remedy", () => {
    const timeout = new TimeoutError({ what: "It took 5 s", hint: "Give it more" }, { cause: new Error("slow") });
    const back = roundTrip(timeout);
    expect(back).toBeInstanceOf(TimeoutError);
    expect(back).toBeInstanceOf(HeddleError);
    expect(back).toMatchObject({ name: "TimeoutError", code: "TIMEOUT", short: "It took 5 s", remedy: "Give it more" });
    expect(Object.keys(back)).toEqual(Object.keys(timeout));
    const root = new Error("root");
    const upstream = roundTrip(
      new UpstreamError({ task: "b", root: "a", message: "root" }, root),
    ) as unknown as UpstreamError;
    expect(upstream).toBeInstanceOf(UpstreamError);
    expect(upstream.root).toBe(upstream.cause);
    const unobserved = roundTrip(new UnobservedFailuresError([root], { count: "1 call", flow: "f", calls: "a" }));
    expect(unobserved).toBeInstanceOf(UnobservedFailuresError);
    expect(unobserved["errors"]).toEqual([root]);
    expect(unobserved["remedy"]).toContain("Await the futures");
  });

  test("gives other classes their name on the nearest built-in class", () => {
    class QuotaError extends RangeError {
      override readonly name = "QuotaError";
      readonly left = 3;
    }
    const back = roundTrip(new QuotaError("none left"));
    expect(back).toBeInstanceOf(RangeError);
    expect(back).toMatchObject({ name: "QuotaError", message: "none left", left: 3 });
    const aborted = roundTrip(new DOMException("stop", "AbortError"));
    expect(aborted).toBeInstanceOf(DOMException);
    expect(aborted).toMatchObject({ name: "AbortError", message: "stop", code: 20 });
  });

  test("gives a class with a serializer back, with the stack", () => {
    class HttpError extends Error {
      readonly status: number;
      constructor(status: number) {
        super(`HTTP ${status}`);
        this.status = status;
      }
    }
    registerSerializer(HttpError, {
      name: "test/HttpError",
      encode: e => e.status,
      decode: status => new HttpError(status),
    });
    const error = new HttpError(404);
    const back = roundTrip(new Error("outer", { cause: error })).cause as HttpError;
    expect(back).toBeInstanceOf(HttpError);
    expect(back.status).toBe(404);
    expect(back.stack).toBe(error.stack);
  });

  test("wraps a thrown value, with the value as cause if it can travel", () => {
    const back = roundTrip({ status: 5 });
    expect(back).toBeInstanceOf(ThrownValueError);
    expect(back.message).toContain("fetchPage threw a value that is not an Error: { status: 5 }");
    expect(back.cause).toEqual({ status: 5 });
    expect(roundTrip(undefined)).toBeInstanceOf(ThrownValueError);
    expect(roundTrip(Symbol("s"))["unsent"]).toEqual(["cause: a symbol"]);
    expect(roundTrip(null).cause).toBe(null);
  });

  test("never throws, whatever was thrown", () => {
    const hostile = new Error("x");
    for (const key of ["stack", "name", "message", "cause", "code"]) {
      Object.defineProperty(hostile, key, {
        get: () => {
          throw new Error("no");
        },
        configurable: true,
        enumerable: true,
      });
    }
    const trap = () => {
      throw new Error("trapped");
    };
    const proxy = new Proxy(new Error("p"), {
      get: trap,
      ownKeys: trap,
      getPrototypeOf: trap,
      has: trap,
      getOwnPropertyDescriptor: trap,
    });
    class Bad extends Error {}
    registerSerializer(Bad, {
      name: "test/Bad",
      encode: () => {
        throw new Error("cannot");
      },
      decode: () => new Bad(),
    });
    for (const thrown of [
      hostile,
      proxy,
      new Bad("mine"),
      Object.create(null),
      Object.create(Error.prototype),
      Object.freeze(new Error("f")),
    ]) {
      expect(roundTrip(thrown)).toBeInstanceOf(Error);
    }
    expect(roundTrip(new Bad("mine"))).toMatchObject({ message: "mine" });
    expect(roundTrip(new Bad("mine"))["unsent"]).toEqual([expect.stringContaining("could not encode (cannot)")]);
  });

  test("works inside values too, where sharing is kept", () => {
    const error = new Error("shared");
    const back = unpack(pack({ list: [error, error], at: { error } }, subject)) as {
      list: Error[];
      at: { error: Error };
    };
    expect(back.list[0]).toBe(back.at.error);
    expect(back.list[1]?.stack).toBe(error.stack);
    const self = Object.assign(new Error("self"), { inside: {} });
    self.inside = { deep: [self] };
    const again = roundTrip(self) as unknown as typeof self & { inside: { deep: Error[] } };
    expect(again.inside.deep[0]).toBe(again);
  });
});
