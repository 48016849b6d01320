import { afterEach, describe, expect, test } from "vitest";
import type * as ProcessesModule from "../../src/runners/processes.ts";
import type * as ThreadsModule from "../../src/runners/threads.ts";
import { built, Rig, taskOf } from "./rig.ts";

const { threads } = await built<typeof ThreadsModule>("runners/threads.js");
const { processes } = await built<typeof ProcessesModule>("runners/processes.js");

describe.each([
  ["threads", threads],
  ["processes", processes],
] as const)("%s", (_, make) => {
  let rig: Rig;
  afterEach(() => rig.session.close());
  const open = (options: { workers: number; concurrency?: number } = { workers: 2 }) => {
    rig = new Rig(make(options));
    return rig;
  };

  test("give results, of sync and async functions and thenables", async () => {
    open();
    expect(await rig.run(taskOf("add"), 1, 2)).toBe(3);
    expect(await rig.run(taskOf("addSoon"), "a", "b")).toBe("ab");
    expect(await rig.run(taskOf("thenable"))).toBe("thenable value");
    const big = (await rig.run(taskOf("big"), 100_000)) as Float64Array;
    expect(big).toBeInstanceOf(Float64Array);
    expect([big.length, big[99_999]]).toEqual([100_000, 1]);
    expect(await rig.run(taskOf("sumOf"), big)).toBe(100_000);
  });

  test("no worker starts before it is needed, and no more than are needed", async () => {
    open({ workers: 2 });
    expect(rig.workers).toEqual([]);
    await rig.run(taskOf("add"), 1, 2);
    await rig.run(taskOf("add"), 1, 2);
    expect(rig.workers).toHaveLength(1);
    expect(rig.workers[0]).toMatch(/^(threads|processes)\/1$/);
  });

  test("thousands of short calls, each once and each with its own result", async () => {
    open();
    const ids = Array.from({ length: 5_000 }, (_, i) => rig.submit(taskOf("add"), i, 1));
    const values = await Promise.all(ids.map(id => rig.value(id)));
    expect(values).toEqual(ids.map((_, i) => i + 1));
    expect([...rig.startedIds].sort((a, b) => a - b)).toEqual(ids);
    expect(rig.lostIds).toEqual([]);
  });

  test("errors arrive as they were thrown", async () => {
    open();
    const error = await rig.error(rig.submit(taskOf("boom"), "no good"));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe("no good");
    expect(error["code"]).toBe("E_BOOM");
    expect((error.cause as Error).message).toBe("the cause");
    expect(error.stack).toContain("tasks.mjs:");
    const text = await rig.error(rig.submit(taskOf("throwsText")));
    expect(text.name).toBe("ThrownValueError");
    expect(text.cause).toBe("just text");
  });

  test("a result that cannot travel fails its call and names the place", async () => {
    open();
    const attempt = await rig.ended(rig.submit(taskOf("gives")));
    expect(attempt.state).toBe("failed");
    expect(attempt.error?.name).toBe("UncloneableError");
    expect(attempt.error?.message).toContain("deep");
  });

  test("an input that cannot travel fails its call only", async () => {
    open();
    const bad = rig.submit(taskOf("add"), () => 1, 2);
    const good = rig.submit(taskOf("add"), 1, 2);
    expect((await rig.ended(bad)).error?.name).toBe("UncloneableError");
    expect(await rig.value(good)).toBe(3);
  });

  test("what a call prints is its own, with ten at once", async () => {
    open({ workers: 2, concurrency: 10 });
    const ids = Array.from({ length: 20 }, (_, i) => rig.submit(taskOf("prints"), `call${i}`));
    await Promise.all(ids.map(id => rig.value(id)));
    for (const [i, id] of ids.entries()) {
      const name = `call${i}`;
      expect(rig.printed(id)).toBe(`${name} out 0\n${name} out 1\n${name} out 2\n${name} bytes\nhex${name} last\n`);
      expect(rig.printed(id, "stderr")).toBe(`${name} err 0\n${name} err 1\n${name} err 2\n`);
    }
    expect(rig.of("workerOutput")).toEqual([]);
  });

  test("logs, progress and process warnings of a call", async () => {
    open();
    const id = rig.submit(taskOf("says"));
    expect(await rig.value(id)).toEqual({ id: `says-${id}`, attempt: 1, runId: "run-1", name: "says" });
    expect(rig.of("log")[0]).toMatchObject({ call: id, level: "info", message: "hello" });
    expect(rig.of("progress")).toMatchObject([
      { call: id, fraction: 0.5, note: "half" },
      { call: id, fraction: 0.75, done: 3, total: 4 },
    ]);
    expect(rig.of("warning")).toMatchObject([{ call: id, name: "OddWarning", message: "careful" }]);
  });

  test("text after a call has ended still belongs to it or to its worker", async () => {
    open();
    await rig.run(taskOf("strayLater"));
    await rig.until(() => rig.events.some(event => "text" in event && event.text === "after the end\n"));
  });

  test("output without end is cut in the middle", async () => {
    open();
    const id = rig.submit(taskOf("printsMuch"), 20_000, 99);
    await rig.value(id);
    const text = rig.printed(id);
    expect(text.length).toBeLessThan(1.01 * 1024 * 1024);
    expect(text.startsWith(`${"0".repeat(99)}\n`)).toBe(true);
    expect(text.endsWith(`${"19999".padStart(99, "0")}\n`)).toBe(true);
    expect(text).toContain(`[heddle: ${2_000_000 - 1024 * 1024} characters of output cut here]`);
  });
});
