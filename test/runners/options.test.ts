import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { HeddleError } from "../../src/errors.ts";
import { defineRunner } from "../../src/runners/define.ts";
import { inline } from "../../src/runners/inline.ts";
import { processes } from "../../src/runners/processes.ts";
import { threads } from "../../src/runners/threads.ts";

const problem = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (error instanceof HeddleError && error.code === "OPTION") return error.message;
    throw error;
  }
  throw new Error("there was no error");
};

describe.each([
  ["threads", threads],
  ["processes", processes],
] as const)("%s", (name, make) => {
  test("auto is one worker a CPU, and the default", () => {
    expect(make({ workers: "auto" }).workers).toBe(availableParallelism());
    expect(make().workers).toBe(availableParallelism());
    expect(make({ workers: 3 })).toMatchObject({ name, workers: 3, shared: false });
  });

  test.each([0, -1, Number.NaN, 1.5, Number.POSITIVE_INFINITY, "2"])("workers: %s is an error", workers => {
    expect(problem(() => make({ workers: workers as number }))).toContain(`${name}(…), workers`);
    expect(problem(() => make({ concurrency: workers as number }))).toContain("concurrency");
  });

  test("an unknown option is an error that names the nearest", () => {
    expect(problem(() => make({ worker: 2 } as object))).toMatch(/unknown option "worker".*\n.*workers/);
  });

  test("what a worker may do before it is replaced is checked", () => {
    expect(problem(() => make({ maxCallsPerWorker: 0 }))).toContain(`${name}(…), maxCallsPerWorker`);
    expect(problem(() => make({ maxMemoryPerWorker: "much" }))).toContain(`${name}(…), maxMemoryPerWorker`);
    expect(problem(() => make({ maxMemoryPerWorker: 0 }))).toContain("maxMemoryPerWorker");
    expect(problem(() => make({ idleTimeout: "soon" }))).toContain(`${name}(…), idleTimeout`);
    expect(problem(() => make({ idleTimeout: 0 }))).toContain("idleTimeout");
    expect(make({ maxCallsPerWorker: 1, maxMemoryPerWorker: "500MB", idleTimeout: "1m" }).name).toBe(name);
  });

  test("memory limits are checked", () => {
    expect(problem(() => make({ resourceLimits: { maxOldGenerationSizeMb: -1 } }))).toContain("maxOldGenerationSizeMb");
    expect(problem(() => make({ resourceLimits: { maxOld: 1 } as never }))).toContain("maxOldGenerationSizeMb");
    expect(problem(() => make({ resourceLimits: 5 as never }))).toContain("resourceLimits");
  });

  test("env and init are checked", () => {
    expect(problem(() => make({ env: { A: 1 } as never }))).toContain("env");
    expect(problem(() => make({ init: 7 as never }))).toContain("init");
  });
});

test("inline takes a concurrency, by default without end", () => {
  expect(inline()).toMatchObject({ name: "inline", workers: Number.POSITIVE_INFINITY, shared: true });
  expect(inline({ concurrency: 5 }).workers).toBe(5);
  expect(problem(() => inline({ concurrency: 0 }))).toContain("concurrency");
  expect(problem(() => inline({ concurency: 1 } as object))).toContain("Did you mean concurrency?");
});

test("defineRunner checks its parts", () => {
  expect(problem(() => defineRunner({ name: "", workers: 1, run: async bytes => bytes }))).toContain("name");
  expect(problem(() => defineRunner({ name: "x", workers: 0, run: async bytes => bytes }))).toContain("workers");
  expect(problem(() => defineRunner({ name: "x", workers: 1, run: 1 as never }))).toContain("run");
});

test("a process has no limit of its stack", () => {
  expect(problem(() => processes({ resourceLimits: { stackSizeMb: 4 } }))).toContain("stackSizeMb is for threads only");
});
