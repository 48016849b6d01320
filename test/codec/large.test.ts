import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markOf, resultDigest } from "../../src/codec/digest.ts";
import { whole } from "../../src/codec/large.ts";
import { move, shared } from "../../src/codec/memory.ts";
import { pack, packInputs, type Subject, unpack, unpackInputs } from "../../src/codec/pack.ts";
import { Packed } from "../../src/codec/packed.ts";
import { type Room, SegmentRoom } from "../../src/codec/room.ts";
import { LARGE, Segments } from "../../src/codec/segments.ts";
import { fromWire, toWire } from "../../src/codec/wire.ts";
import { quote } from "../../src/run/gather.ts";
import { sameShape } from "./shape.ts";

const subject: Subject = { task: "blur", role: "result" };

/** A room for arrays of any size. */
const anywhere: Room = {
  placeOf(view) {
    const memory = new SharedArrayBuffer(view.byteLength + 8);
    new Uint8Array(memory).set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), 3);
    return { memory, offset: 3, viewed: false };
  },
};

const bytesOf = ({ tag, data }: Packed) => [tag, typeof data === "string" ? data : Buffer.from(data)];

const array = fc.oneof(
  fc.uint8Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.uint16Array({ maxLength: 200 }),
  fc.uint8Array().map(bytes => Buffer.from(bytes)),
  fc.uint8Array().map(bytes => new DataView(bytes.slice().buffer)),
);
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: "small" },
    array,
    fc.string({ unit: "binary" }),
    fc.constantFrom("жж", "é", "é→"),
    fc.constant(new URL("https://example.com/ж")),
    fc.string().map(message => new Error(message)),
    fc.array(tie("value")),
    fc.dictionary(fc.string({ unit: "binary" }), tie("value")),
    fc.array(fc.tuple(tie("value"), tie("value"))).map(entries => new Map(entries)),
    tie("value").map(once => [once, once]),
  ),
}));

describe("large arrays beside the bytes", () => {
  test("put back in their places they give the very bytes of a value without a room", () => {
    fc.assert(
      fc.property(value, any => {
        const plain = pack(any, subject);
        const packed = pack(any, subject, anywhere);
        if (!(packed instanceof Packed)) return;
        expect(bytesOf(whole(packed))).toEqual(bytesOf(plain as Packed));
        expect(resultDigest(packed)).toBe(resultDigest(plain));
        expect(sameShape(unpack(packed), unpack(plain))).toBe(true);
      }),
    );
  });

  test("cross a border that shares memory, and one that does not", () => {
    fc.assert(
      fc.property(value, fc.boolean(), (any, shares) => {
        const wire: unknown[] = ["before"];
        toWire(pack(any, subject, anywhere), wire, shares);
        wire.push("after");
        const cursor = { at: 1 };
        expect(sameShape(unpack(fromWire(wire, cursor)), unpack(pack(any, subject)))).toBe(true);
        expect(wire[cursor.at]).toBe("after");
      }),
    );
  });

  test("stand beside futures, shared parts and cycles among inputs", () => {
    const future = { future: true };
    const pixels = new Float32Array(7).fill(0.5);
    const own: Record<string, unknown> = { pixels, also: pixels, text: "ж", future };
    own["self"] = own;
    const inputs = packInputs(
      [own, pixels, quote([pixels])],
      { ...subject, role: "input" },
      x => (x === future ? 0 : undefined),
      anywhere,
    );
    const [read, second, third] = unpackInputs(inputs, ["come"]) as [typeof own, unknown, unknown[]];
    expect(read).toMatchObject({ pixels, text: "ж", future: "come" });
    expect(read["self"]).toBe(read);
    expect(read["also"]).toBe(read["pixels"]);
    expect(second).toBe(read["pixels"]);
    expect(third[0]).toBe(read["pixels"]);
    expect((read["pixels"] as Float32Array).buffer).toBeInstanceOf(ArrayBuffer);
  });

  test("small ones stay among the bytes, large ones are copied at once into memory of their own", () => {
    const room = new SegmentRoom(new Segments(), false);
    const small = new Uint8Array(LARGE - 1);
    const large = new Uint8Array(LARGE).fill(1);
    const packed = pack([small, large], subject, room) as Packed;
    expect(packed.large).toHaveLength(1);
    large.fill(2);
    const [, first] = unpack(packed) as Uint8Array[];
    const [, second] = unpack(packed) as Uint8Array[];
    expect(first).toEqual(new Uint8Array(LARGE).fill(1));
    first!.fill(3);
    expect(second).toEqual(new Uint8Array(LARGE).fill(1));
  });
});

test("an array counts in keys by its kind and bytes, however it is passed", () => {
  for (const length of [3, LARGE]) {
    const array = () => new Uint8Array(length).fill(7);
    const [plain, ...others] = [array(), shared(array()), move(array())].map(x => markOf({ x }, subject, null).text);
    expect(others).toEqual([plain, plain]);
    expect(markOf({ x: new Int8Array(length).fill(7) }, subject, null).text).not.toBe(plain);
  }
});

describe("segments", () => {
  test("are reused for arrays of about their length", () => {
    const segments = new Segments();
    const first = segments.take(1_000_000);
    expect(first.byteLength).toBeGreaterThanOrEqual(1_000_000);
    segments.give(first);
    expect(segments.idle).toBe(first.byteLength);
    expect(segments.take(990_000)).toBe(first);
    expect(segments.take(990_000)).not.toBe(first);
    expect(segments).toMatchObject({ made: 2, idle: 0 });
  });

  test("of more than a quarter of a gigabyte in all are not kept", () => {
    const segments = new Segments();
    const many = Array.from({ length: 20 }, () => segments.take(2 ** 24));
    for (const segment of many) segments.give(segment);
    expect(segments.idle).toBe(2 ** 28);
  });
});

describe("shared", () => {
  test("gives a copy in shared memory, of the same kind; what is there already is taken as it is", () => {
    const plain = new Float64Array([1, 2]);
    const view = shared(plain);
    expect(view).toEqual(plain);
    expect(view).toBeInstanceOf(Float64Array);
    expect(view.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(shared(view)).toBe(view);
    plain[0] = 9;
    expect(view[0]).toBe(1);
    expect(Buffer.isBuffer(shared(Buffer.from("abc")))).toBe(true);
    expect(shared(new DataView(new ArrayBuffer(3)))).toBeInstanceOf(DataView);
  });

  test("is one memory for all who read it where memory is shared, and a copy elsewhere", () => {
    const view = shared(new Uint16Array([1, 2, 3, 4])).subarray(1, 3);
    const room = new SegmentRoom(new Segments(), false);
    const there = unpack(pack({ view }, subject, room)) as { view: Uint16Array };
    there.view[0] = 7;
    expect(view).toEqual(shared(new Uint16Array([7, 3])));
    const copy = unpack(whole(pack(view, subject, room) as Packed)) as Uint16Array;
    expect(copy).toEqual(new Uint16Array([7, 3]));
    expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
    expect(resultDigest(pack(view, subject))).toBe(resultDigest(pack(new Uint16Array([7, 3]), subject)));
  });

  test("takes nothing but arrays", () => {
    expect(() => shared([1] as never)).toThrow(/shared\(…\).* is no typed array/);
  });
});

describe("move", () => {
  test("detaches what it is given, and gives the same bytes without copying them", () => {
    const plain = new Int32Array([1, 2, 3]);
    const { buffer } = plain;
    const moved = move(plain);
    expect(moved).toEqual(new Int32Array([1, 2, 3]));
    expect(plain.length).toBe(0);
    expect(buffer.byteLength).toBe(0);
    expect(Buffer.isBuffer(move(Buffer.alloc(10_000)))).toBe(true);
  });

  test("a moved result leaves its thread as it is, once", () => {
    const room = new SegmentRoom(new Segments(), true);
    const moved = move(new Uint8Array([1, 2, 3]));
    const packed = pack({ moved }, subject, room) as Packed;
    expect(packed.large![0]!.memory).toBe(moved.buffer);
    structuredClone(moved.buffer, { transfer: [moved.buffer] });
    expect(() => pack({ moved }, subject, room)).toThrow(/an array that was moved before/);
    expect(() => pack({ moved }, subject)).toThrow(/an array that was moved before/);
  });

  test("what was moved on by whoever got it is missed where it is needed again", () => {
    const room = new SegmentRoom(new Segments(), true);
    const packed = pack(move(new Uint8Array([1, 2, 3])), subject, room) as Packed;
    move(unpack(packed) as Uint8Array);
    expect(() => unpack(packed)).toThrow(/was moved, and moved on by whoever awaited it/);
    expect(() => toWire(packed, [], true)).toThrow(/moved on/);
    expect(() => whole(packed)).toThrow(/moved on/);
  });

  test("does not take memory that cannot be detached", () => {
    const { Memory } = Reflect.get(globalThis, "WebAssembly") as {
      Memory: new (of: { initial: number }) => { buffer: ArrayBuffer };
    };
    const array = new Uint8Array(new Memory({ initial: 1 }).buffer);
    expect(() => move(array)).toThrow(/cannot be detached/);
    expect(array.length).toBe(65_536);
  });

  test.each([
    ["no array", [1], /is no typed array/],
    ["a part of its buffer", new Uint8Array(8).subarray(2), /6 bytes of a buffer of 8/],
    ["shared memory", shared(new Uint8Array(8)), /in shared memory/],
    ["what was moved", moved(), /moved before/],
  ])("does not take %s", (_, given, message) => {
    expect(() => move(given as never)).toThrow(message);
  });
});

function moved(): Uint8Array {
  const array = new Uint8Array(8);
  move(array);
  return array;
}
