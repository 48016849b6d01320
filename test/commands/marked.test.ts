import fc from "fast-check";
import { expect, test } from "vitest";
import { MarkedReader, markedFrame } from "../../src/workers/command/marked.ts";

const MARK = "0123456789abcdef0123456789abcdef";

/** Reads a stream in pieces of this size; gives the messages, and the text between them. */
function read(stream: Uint8Array, size: number): { messages: unknown[][]; text: string } {
  const messages: unknown[][] = [];
  let text = "";
  const reader = new MarkedReader(MARK, {
    message: wire => messages.push(wire),
    text: bytes => {
      text += Buffer.from(bytes).toString("latin1");
    },
  });
  for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
  reader.end();
  return { messages, text };
}

const noise = fc.oneof(
  fc.string({ unit: "binary-ascii" }),
  fc.constantFrom("", "\n", MARK.slice(0, 7), `${MARK.slice(0, 31)}\n`, "0", "hdl\u0001"),
);
const wire = fc.array(fc.oneof(fc.integer(), fc.string(), fc.uint8Array(), fc.constant(MARK)), { minLength: 1 });

test("messages are found whatever stands between them, and however the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(noise, wire)), noise, fc.integer({ min: 1, max: 64 }), (parts, last, size) => {
      const bytes = parts.flatMap(([before, message]) => [
        Buffer.from(before, "latin1"),
        ...markedFrame(MARK, message),
      ]);
      const found = read(Buffer.concat([...bytes, Buffer.from(last, "latin1")]), size);
      expect(found.messages).toEqual(parts.map(([, message]) => message));
      expect(found.text).toBe(parts.map(([before]) => before).join("") + last);
    }),
  );
});

test("a frame that is damaged is an error", () => {
  const frame = Buffer.concat([Buffer.from(MARK), Buffer.from("no frame at all")]);
  expect(() => read(frame, 100)).toThrow(/A message that heddle cannot read came from a worker/);
});
