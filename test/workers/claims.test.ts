import { closeSync, mkdtempSync, openSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CLAIM_BYTES, FileClaims, SharedClaims } from "../../src/workers/claims.ts";

describe.each(["shared memory", "a file"])("claims in %s", kind => {
  function pair() {
    if (kind === "shared memory") {
      const memory = new SharedArrayBuffer(CLAIM_BYTES);
      return { worker: new SharedClaims(memory), coordinator: new SharedClaims(memory), close: () => {} };
    }
    const descriptor = openSync(join(mkdtempSync(join(tmpdir(), "heddle-test-")), "claims"), "wx+");
    writeSync(descriptor, new Uint8Array(2 * CLAIM_BYTES));
    const claims = () => new FileClaims(descriptor, CLAIM_BYTES);
    return { worker: claims(), coordinator: claims(), close: () => closeSync(descriptor) };
  }

  test("what is claimed can be read; what is taken back is refused", () => {
    const { worker, coordinator, close } = pair();
    expect(coordinator.claimed()).toBe(0);
    expect(worker.claim(1)).toBe(true);
    expect(worker.claim(2)).toBe(true);
    expect(coordinator.takeBack(3, 5)).toBe(2);
    expect([3, 4, 5, 6].map(seq => worker.claim(seq))).toEqual([false, false, false, true]);
    expect(coordinator.claimed()).toBe(6);
    close();
  });
});
