import { afterEach, expect, test, vi } from "vitest";
import { EventBus } from "../../src/events/bus.ts";
import type { HeddleEvent } from "../../src/events/event.ts";

const named = (call: number): HeddleEvent => ({ type: "named", call, name: `n${call}` });

afterEach(() => {
  vi.useRealTimers();
});

test("events come in batches, in order, to every reader", () => {
  const bus = new EventBus();
  const batches: HeddleEvent[][] = [];
  const other: HeddleEvent[] = [];
  bus.read(events => batches.push([...events]));
  bus.read(events => other.push(...events));
  bus.emit(named(0));
  bus.emit(named(1));
  expect(batches).toEqual([]);
  bus.flush();
  bus.flush();
  bus.emit(named(2));
  bus.flush();
  expect(batches).toEqual([[named(0), named(1)], [named(2)]]);
  expect(other).toEqual([named(0), named(1), named(2)]);
});

test("what is pending is delivered by a timer that does not hold the process", () => {
  vi.useFakeTimers();
  const bus = new EventBus();
  const read: HeddleEvent[] = [];
  bus.read(events => read.push(...events));
  expect(vi.getTimerCount()).toBe(0);
  bus.emit(named(0));
  bus.emit(named(1));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(60);
  expect(read).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

test("at most 4096 events wait", () => {
  const bus = new EventBus();
  const sizes: number[] = [];
  bus.read(events => sizes.push(events.length));
  for (let call = 0; call < 10_000; call++) bus.emit(named(call));
  expect(sizes).toEqual([4096, 4096]);
  bus.flush();
  expect(sizes).toEqual([4096, 4096, 1808]);
});

test("a reader that throws is detached and reported once, to the others, after the batch", () => {
  const bus = new EventBus();
  const read: HeddleEvent[] = [];
  let calls = 0;
  bus.read(() => {
    calls++;
    throw new TypeError("broken display");
  });
  bus.read(events => read.push(...events));
  bus.emit(named(0));
  bus.flush();
  bus.emit(named(1));
  bus.flush();
  expect(calls).toBe(1);
  expect(read.map(event => event.type)).toEqual(["named", "warning", "named"]);
  expect(read[1]).toMatchObject({ name: "heddle", call: null, message: expect.stringContaining("broken display") });
});

test("the failure of the last reader becomes a warning of the process", () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const bus = new EventBus();
  bus.read(() => {
    throw new Error("alone");
  });
  bus.emit(named(0));
  bus.flush();
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("alone"), "HeddleWarning");
  warn.mockRestore();
});

test("a detached reader gets nothing more, even within the batch in which it is detached", () => {
  const bus = new EventBus();
  let second = 0;
  let detach = () => {};
  bus.read(() => detach());
  detach = bus.read(() => second++);
  bus.emit(named(0));
  bus.flush();
  expect(second).toBe(0);
});

test("what a reader emits comes after what is being read, without recursion", () => {
  const bus = new EventBus();
  const seen: number[] = [];
  bus.read(events => {
    for (const event of events) {
      if (event.type !== "named") continue;
      seen.push(event.call);
      if (event.call < 3) bus.emit(named(event.call + 1));
      bus.flush();
    }
  });
  bus.emit(named(0));
  bus.flush();
  expect(seen).toEqual([0, 1, 2, 3]);
});
