import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DuplicateTaskError, NoFlowError, OptionError, TaskNameError, UsageError } from "../../src/errors.ts";
import { context } from "../../src/task/context.ts";
import { identityOf, packageOf } from "../../src/task/identity.ts";
import { callerOf } from "../../src/task/location.ts";
import { definitionOf, flow, optionsOf, task, underTestRunner } from "../../src/task/task.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function outsideTestRunners(): void {
  for (const name of ["VITEST", "JEST_WORKER_ID", "NODE_TEST_CONTEXT"]) vi.stubEnv(name, undefined);
  expect(underTestRunner()).toBe(false);
}

function thrownBy(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("the name of a task", () => {
  test("is the one given, or that of the function", () => {
    function plain(n: number): number {
      return n + 1;
    }
    expect(task("given", plain).taskName).toBe("given");
    const bare = task(plain);
    expect([bare.taskName, bare.name]).toEqual(["plain", "plain"]);
    expect(flow("aFlow", { onError: "continue" }, plain).taskName).toBe("aFlow");
    expect(task("given again", plain).fn(4)).toBe(5);
  });

  test.each([
    ["an arrow function", () => task((n: number) => n)],
    ["no text", () => task("", () => 1)],
    ["only space", () => flow("  ", () => 1)],
    ["a number", () => task(7 as unknown as string, () => 1)],
    ["nothing at all", () => (task as unknown as () => void)()],
  ])("must be there: %s", (_, define) => {
    const error = thrownBy(define);
    expect(error).toBeInstanceOf(TaskNameError);
    expect(error.message).toMatch(/without a name at .*define\.test\.ts:\d+:\d+/);
    expect(error.message).toContain('("name", fn)');
  });

  test("needs a function behind it", () => {
    const error = thrownBy(() => task("lonely", {} as unknown as () => void));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toContain('task "lonely"');
  });
});

describe("two tasks of one name", () => {
  test("in one module are an error that names both places", () => {
    outsideTestRunners();
    task("twice", () => 1);
    const error = thrownBy(() => task("twice", () => 2));
    expect(error).toBeInstanceOf(DuplicateTaskError);
    const places = error.message.match(/define\.test\.ts:\d+:\d+/g)!;
    expect(new Set(places).size).toBe(2);
    expect(error.message).toContain('"twice"');
  });

  test("from one line are a loop, and an error too", () => {
    outsideTestRunners();
    expect(() => [1, 2].map(n => task("looped", () => n))).toThrow(DuplicateTaskError);
    expect(() => [1, 2].map(n => task(`looped ${n}`, () => n))).not.toThrow();
  });

  test("from one line under a test runner are a module that is evaluated again", () => {
    expect(underTestRunner()).toBe(true);
    expect(() => [1, 2].map(n => task("again", () => n))).not.toThrow();
    task("elsewhere", () => 1);
    expect(() => task("elsewhere", () => 2)).toThrow(DuplicateTaskError);
  });

  test("a flow and a task share their names", () => {
    task("shared name", () => 1);
    expect(() => flow("shared name", () => 2)).toThrow(DuplicateTaskError);
  });
});

describe("identity", () => {
  const here = import.meta.url;

  test("is package, path and name, the same on every machine", () => {
    const one = task("identified", () => 1);
    expect(one.identity).toBe("heddle/test/task/define.test.ts#identified");
    expect(definitionOf(one)?.module).toBe(here);
    expect(one.identity).not.toContain(process.cwd());
  });

  test("of a module without a package is its file's name, of no module the name alone", () => {
    expect(identityOf(null, "x")).toBe("#x");
    const folder = mkdtempSync(join(tmpdir(), "heddle identity #é-"));
    const lonely = pathToFileURL(join(folder, "tasks.mjs")).href;
    if (packageOf(folder) === null) expect(identityOf(lonely, "x")).toBe("tasks.mjs#x");
    const packaged = mkdtempSync(join(folder, "inner "));
    writeFileSync(join(packaged, "package.json"), '{ "name": "@scope/pipes" }');
    expect(identityOf(pathToFileURL(join(packaged, "src/a b.ts")).href, "x")).toBe("@scope/pipes/src/a b.ts#x");
    const nameless = mkdtempSync(join(folder, "nameless-"));
    writeFileSync(join(nameless, "package.json"), "{}");
    expect(identityOf(pathToFileURL(join(nameless, "a.ts")).href, "x")).toBe("/a.ts#x");
  });

  test("knows the function in which a task was made", () => {
    function factory() {
      return task("made inside", () => 1);
    }
    expect(definitionOf(factory())?.inside).toBe("factory");
    const located = (function outer() {
      return locate();
    })();
    expect(located.inside).toBe("outer");
    expect(located.where).toMatch(/define\.test\.ts:\d+:\d+$/);
  });
});

function locate() {
  return callerOf(locate);
}

describe("with", () => {
  const base = task("base", { retries: 1, priority: 2 }, (n: number) => n);

  test("gives the same task with other options, and leaves the first as it was", () => {
    const other = base.with({ retries: 5, after: [] });
    expect(other.identity).toBe(base.identity);
    expect(definitionOf(other)).toBe(definitionOf(base));
    expect(optionsOf(other)).toEqual({ retries: 5, priority: 2, after: [] });
    expect(optionsOf(base)).toEqual({ retries: 1, priority: 2 });
    expect(optionsOf(other.with({ priority: 9 }))).toEqual({ retries: 5, priority: 9, after: [] });
  });

  test("checks its options as a definition does", () => {
    expect(thrownBy(() => base.with({ retris: 1 } as object)).message).toContain("Did you mean retries?");
    expect(thrownBy(() => base.with({ inFlight: 0 })).message).toContain('task "base", inFlight');
  });

  test("what is no task has no definition", () => {
    expect(definitionOf(() => 1)).toBeUndefined();
    expect(definitionOf({})).toBeUndefined();
    expect(optionsOf(3)).toEqual({});
  });
});

describe("outside", () => {
  test("a flow, submit and map are errors that name the call", () => {
    const lost = task("lost", (n: number) => n);
    const error = thrownBy(() => lost.submit(1));
    expect(error).toBeInstanceOf(NoFlowError);
    expect(error.message).toContain("lost.submit(…)");
    expect(thrownBy(() => lost.map([1])).message).toContain("lost.map(…)");
  });

  test("a task, context() is an error", () => {
    const error = thrownBy(() => context());
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain("context() was called outside a running task");
  });
});
