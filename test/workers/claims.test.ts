import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { CLAIM_BYTES, SharedClaims } from "../../src/workers/claims.ts";
import { TokenClaimer, Tokens } from "../../src/workers/tokens.ts";

function sharedPair() {
  const memory = new SharedArrayBuffer(CLAIM_BYTES);
  return { worker: new SharedClaims(memory), coordinator: new SharedClaims(memory), close: () => {} };
}

function filePair() {
  const coordinator = new Tokens(tmpdir());
  return { worker: new TokenClaimer(coordinator.descriptor), coordinator, close: () => coordinator.close() };
}

test.each([
  ["shared memory", sharedPair],
  ["a file", filePair],
])("in %s what is claimed can be read, and what is taken back is refused", (_, pair) => {
  const { worker, coordinator, close } = pair();
  expect(worker.claim(1)).toBe(true);
  expect(worker.claim(2)).toBe(true);
  const { claimed, last } = coordinator.takeBack(1, 5);
  expect(claimed).toBe(2);
  expect(last).toBeGreaterThanOrEqual(5);
  expect([3, 4, 5].map(seq => worker.claim(seq))).toEqual([false, false, false]);
  expect([last + 1, last + 2].map(seq => worker.claim(seq))).toEqual([true, true]);
  expect(coordinator.takeBack(last + 1, last + 2).claimed).toBe(last + 2);
  close();
});

test("a file of claims is freed on the way, and nothing is claimed twice or never", () => {
  const { worker, coordinator, close } = filePair();
  const claimed: number[] = [];
  for (let seq = 1; seq <= 3_000_000; seq += 1) {
    if (seq % 500 === 1) expect(coordinator.reserve(seq + 500, seq)).toBe(true);
    if (!worker.claim(seq)) claimed.push(seq);
  }
  expect(claimed).toEqual([]);
  expect(coordinator.takeBack(2_999_900, 3_000_005).claimed).toBe(3_000_000);
  close();
});

test("many are taken back at once, so that none is claimed between", () => {
  const { worker, coordinator, close } = filePair();
  for (let seq = 1; seq <= 10; seq += 1) worker.claim(seq);
  const { claimed, last } = coordinator.takeBack(1, 900);
  expect(claimed).toBe(10);
  for (let seq = 11; seq <= 900; seq += 1) expect(worker.claim(seq)).toBe(false);
  expect(worker.claim(last + 1)).toBe(true);
  close();
});
