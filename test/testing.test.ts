import { threadId } from "node:worker_threads";
import { beforeEach, expect, expectTypeOf, test, vi } from "vitest";
import { startRun } from "../src/run/start.ts";
import { threads } from "../src/runners/threads.ts";
import { flow, task } from "../src/task/task.ts";
import { callsIn, collectEvents, runInline, runInlineWith } from "../src/testing.ts";
import { load } from "./testing/pages.ts";
import wordReport, { fetchPage, sum } from "./testing/report.ts";

vi.mock("./testing/pages.ts", () => ({ load: vi.fn() }));

const quietly = { quiet: true };

beforeEach(() => {
  vi.mocked(load).mockReset().mockResolvedValue("a b c");
});

test("runs a flow here, with mocks, whatever runners it names", async () => {
  const run = await runInlineWith(quietly, wordReport, ["x", "y"]);
  expect(run.error).toBeUndefined();
  expect(run.value).toEqual({ total: 6, direct: 2 });
  expectTypeOf(run.value).toEqualTypeOf<{ readonly total: number; readonly direct: number }>();
  expect(vi.mocked(load).mock.calls).toEqual([["x"], ["y"]]);
  expect(new Set(run.events.flatMap(event => (event.type === "workerStarted" ? [event.runner] : [])))).toEqual(
    new Set(["inline"]),
  );
});

test("tells of every call what happened to it", async () => {
  vi.mocked(load).mockRejectedValueOnce(new Error("busy"));
  const run = await runInlineWith(quietly, wordReport, ["x", "y"]);
  expect(run.value.total).toBe(6);
  const [first, second] = run.callsOf(fetchPage);
  expect(first).toMatchObject({ name: "fetch x", state: "completed", attempts: 2, kind: "task" });
  expect(first!.output).toBe("loading x\nloading x\n");
  expect(first!.logs).toEqual(Array(2).fill({ level: "info", message: "loading", data: { url: "x" } }));
  expect(second).toMatchObject({ name: "fetch y", attempts: 1, output: "loading y\n" });
  const [counted] = run.callsOf("counted");
  expect(first!.parent).toBe(counted!.id);
  expect(run.calls[0]).toMatchObject({ task: "wordReport", kind: "flow", parent: null, state: "completed" });
  expect(run.callsOf(sum)).toMatchObject([{ name: expect.stringMatching(/^sum-\d+$/), state: "completed" }]);
  expect(run.callsOf("countWords")).toHaveLength(3);
});

test("retries are made at once unless asked otherwise", async () => {
  vi.mocked(load).mockRejectedValue(new Error("down"));
  const run = await runInlineWith(quietly, fetchPage, "x");
  expect(run.calls).toMatchObject([{ state: "failed", attempts: 3, error: { message: "down" } }]);
  const patient = task("patient", { retries: 1, retryDelay: 30 }, () => {
    throw new Error("no");
  });
  const delayed = await runInlineWith({ ...quietly, retryDelays: true }, patient);
  expect(delayed.events.find(event => event.type === "retrying")).toMatchObject({ delay: 30 });
});

test("a failure is there as an error, as an outcome, and thrown by value", async () => {
  const fails = task("fails", (n: number): number => {
    throw new RangeError(`no ${n}`);
  });
  const run = await runInline(fails, 4);
  expect(run.error).toBeInstanceOf(RangeError);
  expect(run.outcome).toEqual({ ok: false, error: run.error });
  expect(() => run.value).toThrow("no 4");
});

test("calls run together, or one at a time", async () => {
  let running = 0;
  let most = 0;
  const step = task("step", async () => {
    most = Math.max(most, ++running);
    await new Promise(resolve => setImmediate(resolve));
    running--;
  });
  const steps = flow("steps", { runner: threads({ workers: 4 }) }, async () => {
    await Promise.all([step.submit(), step(), step.submit(), step.with({ runner: "nowhere" }).submit()]);
    return flow("more", { runner: threads() }, () => Promise.all([step.submit(), step()]))();
  });
  await runInline(steps);
  expect(most).toBe(4);
  most = 0;
  await runInlineWith({ concurrency: 1 }, steps);
  expect(most).toBe(1);
});

test("a run in this process, as for a debugger, runs everything here and one call at a time", async () => {
  const places: number[] = [];
  let running = 0;
  const here = task("here", { runner: threads({ workers: 1 }) }, async (_: number) => {
    expect(++running).toBe(1);
    places.push(threadId);
    await new Promise(resolve => setImmediate(resolve));
    running--;
  });
  const below = flow("below", { runner: "unknown" }, () => here.map([1, 2]));
  const top = flow("top", { runner: threads({ workers: 2 }) }, () => all3());
  const all3 = () => Promise.all([here(0), here.submit(0), below.submit(), below()]);
  const { events, reader } = collectEvents();
  await startRun(top, [], { inProcess: true, runner: threads(), readers: [reader] }).result;
  expect(places).toEqual(Array(6).fill(threadId));
  expect(callsIn(events).filter(call => call.task === "here")).toHaveLength(6);
});

test("readers of one's own see the events too", async () => {
  const { events, reader } = collectEvents();
  const run = await runInlineWith({ ...quietly, readers: [reader] }, wordReport, ["x"]);
  expect(events).toEqual(run.events);
  expect(events.at(-1)).toMatchObject({ type: "runEnded", state: "completed" });
});
