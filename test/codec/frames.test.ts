import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame, FrameReader, sealedFrame } from "../../src/codec/frames.ts";
import { readFrame } from "../../src/codec/whole-frame.ts";

const entry = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, -0, Number.NaN, true, "", 1n, "\ud800".repeat(600), "é".repeat(600)),
  fc.integer(),
  fc.string(),
  fc.string({ minLength: 500, maxLength: 1200 }),
  fc.uint8Array({ maxLength: 3000 }),
);

function chunks(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

function readAll(parts: Uint8Array[]): unknown[][] {
  const reader = new FrameReader();
  const got: unknown[][] = [];
  for (const part of parts) reader.push(part, wire => got.push(wire));
  return got;
}

describe("frames", () => {
  test("arrive whole, however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(entry, { maxLength: 12 }), { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        (messages, cuts) => {
          const stream = Buffer.concat(messages.flatMap(encodeFrame));
          const got = readAll(chunks(stream, cuts));
          expect(got).toEqual(messages);
          for (const bytes of got.flat()) {
            if (bytes instanceof Uint8Array) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
          }
        },
      ),
      { numRuns: 200 },
    );
    const stream = Buffer.concat([["a", new Uint8Array(3), undefined], [1]].flatMap(encodeFrame));
    expect(readAll([...stream].map(byte => new Uint8Array([byte])))).toEqual([
      ["a", new Uint8Array(3), undefined],
      [1],
    ]);
  });

  test("do not copy what they send", () => {
    const bytes = new Uint8Array(10);
    expect(encodeFrame([1, bytes])[1]).toBe(bytes);
  });

  test("that are damaged are refused, for good", () => {
    const frame = Buffer.concat(encodeFrame(["hello", new Uint8Array(5)]));
    const damage = (change: (bytes: Buffer) => void) => {
      const copy = Buffer.from(frame);
      change(copy);
      return () => readAll([copy]);
    };
    const refused = expect.objectContaining({ code: "PROTOCOL" });
    expect(damage(bytes => bytes.write("a line of text"))).toThrow(refused);
    expect(damage(bytes => bytes.writeUInt32LE(1, 4))).toThrow(refused);
    expect(damage(bytes => bytes.writeUInt32LE(0, 8))).toThrow(refused);
    expect(damage(bytes => bytes.writeUInt32LE(frame.readUInt32LE(4) + 1, 4))).toThrow(refused);
    expect(damage(bytes => bytes.write("}", 12))).toThrow(refused);
    const reader = new FrameReader({ from: "worker 3", limit: 20 });
    const push = () => reader.push(frame, () => {});
    expect(push).toThrow(/from worker 3: a frame of \d+ bytes, where 20 are allowed/);
    expect(push).toThrow(refused);
  });

  test("that are sealed come through whole, or are refused, whichever bit is not as it was", () => {
    const wire = ["hello", 1, "x".repeat(600), new Uint8Array(), new Uint8Array([1, 2, 3])];
    const frame = Buffer.concat(sealedFrame(wire));
    expect(readAll([frame, Buffer.concat(encodeFrame([2])), frame])).toEqual([wire, [2], wire]);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const copy = Buffer.from(frame);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      const got: unknown[][] = [];
      const reader = new FrameReader();
      // With another length it may wait for what never comes, but gives nothing out.
      try {
        reader.push(copy, read => got.push(read));
      } catch (error) {
        expect(error).toMatchObject({ code: "PROTOCOL" });
      }
      expect(got).toEqual([]);
    }
  });

  test("that are there as a whole are read as they would be from a stream", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), fc.constantFrom(encodeFrame, sealedFrame), (message, encode) => {
        const bytes = Buffer.concat([Buffer.from("before"), ...encode(message), Buffer.from("behind")]);
        const got = readFrame(bytes.subarray(6, -6), "a test");
        expect(got).toEqual(message);
        for (const each of got) {
          if (each instanceof Uint8Array) expect(each.buffer.byteLength).toBe(each.byteLength);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("that are there as a whole are refused if they are longer, shorter or not as they were", () => {
    const refused = expect.objectContaining({ code: "PROTOCOL" });
    for (const encode of [encodeFrame, sealedFrame]) {
      const frame = Buffer.concat(encode(["hello", 1, "x".repeat(600), new Uint8Array([1, 2, 3])]));
      for (let length = 0; length < frame.length; length += 1) {
        expect(() => readFrame(frame.subarray(0, length), "a test")).toThrow(refused);
      }
      expect(() => readFrame(Buffer.concat([frame, Buffer.of(0)]), "a test")).toThrow(refused);
    }
    const frame = Buffer.concat(sealedFrame(["hello", new Uint8Array([1, 2, 3])]));
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const copy = Buffer.from(frame);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      // Whether there is a checksum is itself a bit.
      expect(() => readFrame(copy, "a test")).toThrow(refused);
    }
  });

  test("of 100 MB in chunks of 64 KB take each byte once", () => {
    const big = new Uint8Array(100_000_000);
    big[99_999_999] = 7;
    const [head, body] = encodeFrame([big]) as [Uint8Array, Uint8Array];
    const reader = new FrameReader();
    let got: unknown[] = [];
    reader.push(head, () => {});
    for (let at = 0; at < body.length; at += 65_536) {
      reader.push(body.subarray(at, at + 65_536), wire => {
        got = wire;
      });
    }
    expect((got[0] as Uint8Array)[99_999_999]).toBe(7);
  });

  test("a reader goes on after a listener that throws", () => {
    const stream = Buffer.concat([[1], [2]].flatMap(encodeFrame));
    const reader = new FrameReader();
    const got: unknown[][] = [];
    const first = encodeFrame([1])[0]!.length;
    expect(() =>
      reader.push(stream.subarray(0, first), () => {
        throw new Error("mine");
      }),
    ).toThrow("mine");
    reader.push(stream.subarray(first), wire => got.push(wire));
    expect(got).toEqual([[2]]);
  });
});
