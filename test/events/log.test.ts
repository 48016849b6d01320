import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { EventBus } from "../../src/events/bus.ts";
import { packCalls, packDurations, unpackCalls, unpackDurations } from "../../src/events/columns.ts";
import type { HeddleEvent } from "../../src/events/event.ts";
import { readRunLog, runLog } from "../../src/events/log.ts";

const root = mkdtempSync(join(tmpdir(), "heddle-log-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function readAll(path: string): Promise<HeddleEvent[]> {
  const events: HeddleEvent[] = [];
  for await (const event of readRunLog(path)) events.push(event);
  return events;
}

const events: HeddleEvent[] = [
  { type: "taskDefined", task: 0, name: "count", identity: "pkg/a.ts#count", kind: "task" },
  { type: "submitted", at: 1.5, task: 0, first: 0, count: 100, parent: null },
  { type: "started", at: 2, worker: 0, calls: [0, 1, 2, 3, 9, 11, 13, 40] },
  { type: "completed", at: 3, worker: 0, calls: [0, 1, 2], ms: [0.001, 0.25, 123_456.789] },
  { type: "output", at: 3, call: 3, stream: "stdout", text: "two\nlines \u2028 and \u2029 é\r\n" },
  { type: "failed", at: 4, call: 3, state: "failed", error: { name: "E", message: "m" }, attempt: 1, worker: 0, ms: 1 },
  { type: "runEnded", at: 5, state: "failed", ms: 4 },
];

test("a log is read back as it was written", async () => {
  const log = runLog(root, "plain");
  log.reader(events.slice(0, 3));
  log.reader(events.slice(3));
  await log.close();
  expect(log.path).toBe(join(root, ".heddle", "runs", "plain", "events.jsonl"));
  expect(await readAll(log.path)).toEqual(events);
  expect(JSON.parse(readFileSync(log.path, "utf8").split("\n")[0]!)).toEqual({
    heddle: "run",
    version: 1,
    run: "plain",
  });
  expect(readFileSync(join(root, ".heddle", ".gitignore"), "utf8")).toBe("*\n");
});

test("the end of the run is on disk before the log is closed", async () => {
  const log = runLog(root, "ended");
  log.reader(events);
  expect(await readAll(log.path)).toEqual(events);
  await log.close();
});

test("a last line cut off at any byte is left out; damage before it is an error", async () => {
  const log = runLog(root, "torn");
  log.reader(events);
  await log.close();
  const whole = statSync(log.path).size;
  for (let cut = 1; cut < 40; cut++) {
    truncateSync(log.path, whole - cut);
    const read = await readAll(log.path);
    expect(read).toEqual(cut === 1 ? events : events.slice(0, -1));
  }
  appendFileSync(log.path, `\n${JSON.stringify(events[0])}\n`);
  await expect(readAll(log.path)).rejects.toThrow(/Line 8 of .* is damaged/);
});

test("files that are no logs, or newer ones, are refused", async () => {
  const path = join(root, "other.jsonl");
  writeFileSync(path, "hello\n");
  await expect(readAll(path)).rejects.toThrow("is not the log of a run");
  writeFileSync(path, '{"heddle":"run","version":2}\n');
  await expect(readAll(path)).rejects.toThrow("version 2");
});

test("a log that cannot be written warns once and the run goes on", async () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  const bus = new EventBus();
  const log = runLog(file, "run");
  const read: HeddleEvent[] = [];
  bus.read(log.reader);
  bus.read(batch => read.push(...batch));
  for (const event of events) bus.emit(event);
  bus.flush();
  for (const event of events) bus.emit(event);
  bus.flush();
  await log.close();
  const warnings = read.filter(event => event.type === "warning");
  expect(warnings).toHaveLength(1);
  expect(warnings[0]?.message).toContain("the log of this run is incomplete");
  expect(read).toHaveLength(events.length * 2 + 1);
});

test("data that JSON cannot hold is written as text", async () => {
  const log = runLog(root, "data");
  const circular: { big: bigint; self?: object } = { big: 10n };
  circular.self = circular;
  const hostile = {
    toJSON() {
      throw new Error("no");
    },
  };
  for (const data of [circular, hostile]) {
    log.reader([{ type: "log", at: 1, call: 0, level: "info", message: "m", data }]);
  }
  await log.close();
  const read = await readAll(log.path);
  expect(read).toHaveLength(2);
  expect(read[0]).toMatchObject({ message: "m", data: expect.stringContaining("10n") });
});

test("a million completed no-op calls take at most 4 bytes each", async () => {
  const log = runLog(root, "million");
  const total = 1_000_000;
  const batch = 256;
  log.reader([{ type: "submitted", at: 0, task: 0, first: 0, count: total, parent: null }]);
  // Two workers take batches in turn; every third duration is odd.
  for (let first = 0; first < total; first += batch) {
    const calls = Array.from({ length: Math.min(batch, total - first) }, (_, i) => first + i);
    const worker = (first / batch) % 2;
    const at = 1_760_000_000_000.123 + first;
    log.reader([
      { type: "started", at, worker, calls },
      { type: "completed", at, worker, calls, ms: calls.map(call => (call % 3 === 0 ? 0.0417 : 0.0012)) },
    ]);
  }
  await log.close();
  expect(statSync(log.path).size / total).toBeLessThan(4);
});

test("any column of calls and durations comes back", () => {
  const calls = fc.oneof(
    fc.array(fc.nat(1e9)),
    fc.array(fc.nat(20)),
    fc
      .array(fc.record({ first: fc.nat(1000), step: fc.integer({ min: 1, max: 4 }), count: fc.nat(10) }))
      .map(runs => runs.flatMap(run => Array.from({ length: run.count }, (_, i) => run.first + i * run.step))),
  );
  fc.assert(fc.property(calls, column => void expect(unpackCalls(packCalls(column))).toEqual(column)));
  const durations = fc.array(fc.oneof(fc.nat(100), fc.nat(1e6), fc.nat(1e14)).map(us => us / 1000));
  fc.assert(fc.property(durations, column => void expect(unpackDurations(packDurations(column))).toEqual(column)));
  expect(packCalls([0, 1, 2, 4, 6, 8, 10, 20, 21])).toBe("0-2,4-10/2,20-21");
  expect(packDurations([0, 0.031, Number.NaN, -1])).toBe("AfAA");
});
