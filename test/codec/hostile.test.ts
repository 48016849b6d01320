/** Bytes that somebody else has written, or changed: an error, or a value, but never the end of the process. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { inputsIn, JobCapture } from "../../src/background/inputs.ts";
import { endOf, outcomeIn } from "../../src/background/outcome.ts";
import { packInputs } from "../../src/codec/pack.ts";
import { readFrame } from "../../src/codec/whole-frame.ts";
import { fromWire, inputsFromWire, inputsToWire } from "../../src/codec/wire.ts";
import { registerSerializer } from "../../src/index.ts";
import { bytesOf, execute } from "../../src/workers/envelope.ts";

class Money {
  readonly amount: bigint;
  constructor(amount: bigint) {
    this.amount = amount;
  }
}
registerSerializer(Money, {
  name: "hostile Money",
  encode: ({ amount }) => ({ amount }),
  decode: ({ amount }) => new Money(amount),
});

/** Values that use all that the codec has. */
const VALUES: readonly unknown[] = [
  1,
  { a: [1, "two", null, { b: true }] },
  new Map<unknown, unknown>([["k", new Set([1n, -0])]]),
  [new Date(0), /x/gi, new URL("https://example.org/"), new Error("e", { cause: { deep: new RangeError("r") } })],
  [new Float64Array([1, 2]), new Uint8Array(3), new DataView(new ArrayBuffer(8)), new ArrayBuffer(5)],
  { money: new Money(3n), twice: [new Money(4n)] },
  "x".repeat(2_000),
  nested(700),
];

function nested(depth: number): unknown {
  let value: unknown = new Date(0);
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

const inputs = await Promise.all(VALUES.map(value => new JobCapture("t", [value, "plain"]).bytes()));
const outcomes = VALUES.map(value => endOf("t", "completed", { ok: true, value }).bytes);
const failures = [new Error("e"), new AggregateError([new TypeError("t")], "a")].map(
  error => endOf("t", "failed", { ok: false, error }).bytes,
);
const messages = [...inputs, ...outcomes, ...failures];

/** A valid message in which bytes are changed, put in, left out or doubled; its checksum may be made right again. */
const mutated = fc
  .record({
    message: fc.constantFrom(...messages),
    changes: fc.array(fc.record({ at: fc.nat(), to: fc.nat(255), kind: fc.nat(3) }), { minLength: 1, maxLength: 8 }),
  })
  .map(({ message, changes }) => {
    let bytes = Buffer.from(message);
    for (const { at, to, kind } of changes) {
      const place = at % (bytes.length + 1);
      if (kind === 0) bytes[place % bytes.length] = to;
      else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, place), Buffer.of(to), bytes.subarray(place)]);
      else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + (to % 9))]);
      else bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place >> 1)]);
    }
    return new Uint8Array(bytes);
  });

/** Whatever is thrown is an error that says something. */
function survives(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(RangeError);
  }
}

function readAll(bytes: Uint8Array): void {
  survives(() => readFrame(bytes, "a test"));
  survives(() => inputsIn(bytes, []));
  survives(() => inputsIn(bytes, [{ id: "a", outcome: outcomes[0]! }]));
  survives(() => outcomeIn(bytes));
}

test("random bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), readAll), { numRuns: 1_000 });
});

test("messages in which bytes were changed", () => {
  fc.assert(fc.property(mutated, readAll), { numRuns: 1_500 });
});

/** What a message holds, where the frame around it is right: by who knows how frames are made. */
const entry = fc.oneof(
  fc.integer({ min: -2, max: 20 }),
  fc.double(),
  fc.constantFrom(null, undefined, true, "{}", "[1", "", "[]"),
  fc.bigInt(),
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(...packedBytes()),
  fc.anything({ withMap: true, withSet: true, withDate: true }),
);

function packedBytes(): Uint8Array[] {
  return VALUES.map(value => {
    const wire: unknown[] = [];
    inputsToWire(
      packInputs([value], { task: "t", role: "input" }, () => undefined),
      wire,
    );
    return wire.find(part => part instanceof Uint8Array) ?? new Uint8Array(1);
  });
}

test("whole messages of any content", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), wire => {
      let bytes: Uint8Array;
      try {
        bytes = bytesOf(wire);
      } catch {
        return; // What cannot be sent is not.
      }
      readAll(bytes);
      survives(() => fromWire(wire, { at: 0 }));
      survives(() => inputsFromWire(wire, { at: 0 }));
    }),
    { numRuns: 1_500 },
  );
});

test("bytes of values that were changed, in messages that are right", () => {
  const changed = fc
    .record({
      bytes: fc.constantFrom(...packedBytes()),
      at: fc.nat(),
      to: fc.nat(255),
      tag: fc.integer({ min: 2, max: 3 }),
    })
    .map(({ bytes, at, to, tag }) => {
      const copy = new Uint8Array(bytes);
      if (copy.length > 0) copy[at % copy.length] = to;
      return [tag, copy] as const;
    });
  fc.assert(
    fc.property(changed, ([tag, bytes]) => {
      readAll(bytesOf([tag, bytes, 0]));
      readAll(bytesOf([0, tag, bytes]));
    }),
    { numRuns: 1_500 },
  );
});

test("numbers that would take for ever, or all memory", () => {
  const many = [1e15, 2 ** 32, Number.POSITIVE_INFINITY, Number.NaN, -1, 0.5];
  for (const count of many) {
    readAll(bytesOf([5, count, 0, null]));
    readAll(bytesOf([5, 0, count]));
    readAll(bytesOf([5, 0, count, 0, 0]));
    readAll(bytesOf([10, new Uint8Array(4), count]));
    readAll(bytesOf([0, 10, new Uint8Array(4), count]));
  }
  const huge = Buffer.from(bytesOf([1]));
  huge.writeUInt32LE(0xffffffff, 4);
  huge.writeUInt32LE(0xfffffff0, 8);
  expect(() => readFrame(huge, "a test")).toThrow(/A message that heddle cannot read came from a test/);
});

test("no value reaches the prototypes of others", () => {
  const polluting = JSON.parse('{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 1 } } }');
  const [back] = inputsIn(bytesOf([1, JSON.stringify([polluting]), 0]), []) as [Record<string, unknown>];
  expect(Object.keys(back)).toEqual(["__proto__", "constructor"]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
  expect(Reflect.get(back, "polluted")).toBeUndefined();
});

test("calls of which nothing is right", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 20 }), async wire => {
      try {
        await execute(bytesOf(wire));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
    { numRuns: 300 },
  );
});
