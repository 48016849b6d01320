/** Counting digests, of which there may be very many. */
import { expect, test } from "vitest";
import { digestBytes } from "../../src/codec/digest.ts";
import { Counts } from "../../src/run/cached/counts.ts";

test("each is counted by itself, however many there are", () => {
  const counts = new Counts();
  const digests = Array.from({ length: 3_000 }, (_, i) => digestBytes(`digest ${i}`));
  for (const [i, digest] of digests.entries()) for (let n = 0; n < i % 4; n += 1) counts.add(digest);
  expect(digests.map(digest => counts.of(digest))).toEqual(digests.map((_, i) => i % 4));
});

test("the first and the last digest that can be", () => {
  const counts = new Counts();
  const [first, last] = ["0".repeat(40), "f".repeat(40)];
  counts.add(first);
  counts.add(last);
  counts.add(last);
  expect([counts.of(first), counts.of(last), counts.of(`1${"0".repeat(39)}`)]).toEqual([1, 2, 0]);
});
