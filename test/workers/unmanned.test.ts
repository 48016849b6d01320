import { expect, onTestFinished, test, vi } from "vitest";
import { Unmanned } from "../../src/workers/cluster/unmanned.ts";

test("that a cluster has no worker is said once, where calls wait for one", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const said: string[] = [];
  let waiting = 0;
  const unmanned = new Unmanned(
    () => waiting > 0,
    text => said.push(text),
  );
  unmanned.slots(0);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
  waiting = 1;
  unmanned.slots(2);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
  unmanned.slots(0);
  vi.advanceTimersByTime(9_999);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([expect.stringMatching(/no worker for 10 s/)]);
});
