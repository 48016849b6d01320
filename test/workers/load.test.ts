import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import type * as ProcessesModule from "../../src/runners/processes.ts";
import type * as ThreadsModule from "../../src/runners/threads.ts";
import { built, fixtures, Rig, taskOf } from "./rig.ts";

const { threads } = await built<typeof ThreadsModule>("runners/threads.js");
const { processes } = await built<typeof ProcessesModule>("runners/processes.js");
const pathOf = (file: string) => fileURLToPath(new URL(file, fixtures));

let rig: Rig;
afterEach(() => rig.session.close());

describe.each([
  ["threads", threads],
  ["processes", processes],
] as const)("on %s", (_, make) => {
  test("a script that awaits its own flow is loaded without running it", async () => {
    rig = new Rig(make({ workers: 1 }));
    expect(await rig.run(taskOf("above", "parks.mjs"), 1)).toBe(2);
    expect(await rig.run(taskOf("add"), 1, 2)).toBe(3);
  });

  test("a task below the parked call: the line is named", async () => {
    rig = new Rig(make({ workers: 1 }));
    const address = taskOf("below", "parks.mjs", { where: `${pathOf("parks.mjs")}:10:22` });
    const attempt = await rig.ended(rig.submit(address, 1));
    expect(attempt.state).toBe("unreachable");
    expect(attempt.error?.name).toBe("UnreachableTaskError");
    expect(attempt.error?.message).toMatch(/stopped at .*parks\.mjs:8:\d+, where report\(…\) is called outside a flow/);
    expect(attempt.error?.message).toContain("defined below");
    expect(attempt.error?.message).toContain("Define the task above that call");
  });

  test("an importer of a parked module: the module that parked is named", async () => {
    rig = new Rig(make({ workers: 1 }));
    const error = await rig.error(rig.submit(taskOf("upstairs", "imports-parked.mjs"), 1));
    expect(error.message).toContain("parks.mjs:8");
    expect(error.message).toMatch(/before .* had defined it/);
  });

  test("a top-level await without a parked call is waited for", async () => {
    rig = new Rig(make({ workers: 1 }));
    const id = rig.submit(taskOf("patient", "waits.mjs"));
    await rig.until(() => rig.of("workerOutput").some(({ text }) => text === "on the way\n"));
    expect(rig.startedIds).toEqual([]);
    expect(await rig.value(id)).toBe("waited");
    expect(rig.startedIds).toEqual([id]);
  });

  test("a module that parks a call and goes on is loaded to its end, or as far as the task needs", async () => {
    rig = new Rig(make({ workers: 1 }));
    expect(await rig.run(taskOf("late", "parks-and-goes-on.mjs"))).toBe("ready");
  });

  test("a script with a timer at work is known to have stopped all the same", async () => {
    rig = new Rig(make({ workers: 1 }));
    expect(await rig.run(taskOf("busyTask", "keeps-busy.mjs"))).toBe("ok");
  });

  test("created in a function", async () => {
    rig = new Rig(make({ workers: 1 }));
    const error = await rig.error(rig.submit(taskOf("made1", "made.mjs", { inside: "make" })));
    expect(error.message).toContain("created inside the function make");
    expect(error.message).toContain("Define it at the top level");
  });

  test("created in a branch that workers do not enter", async () => {
    rig = new Rig(make({ workers: 1 }));
    const error = await rig.error(rig.submit(taskOf("branch", "made.mjs")));
    expect(error.message).toMatch(/loading .*made\.mjs did not define it/);
  });

  test("without a file", async () => {
    rig = new Rig(make({ workers: 1 }));
    const error = await rig.error(rig.submit(taskOf("typed-in", "repl", { module: null, identity: "#typed-in" })));
    expect(error.message).toContain("it has no file");
  });

  test("in a test file", async () => {
    rig = new Rig(make({ workers: 1 }));
    const error = await rig.error(rig.submit(taskOf("tested", "__tests__/unit.mjs")));
    expect(error.name).toBe("UnreachableTaskError");
    expect(error.message).toMatch(/defined in the test file .*unit\.mjs/);
  });

  test("in a module that throws: loaded once a worker, with the cause", async () => {
    const loads = join(mkdtempSync(join(tmpdir(), "heddle-test-")), "loads");
    rig = new Rig(make({ workers: 1, env: { HEDDLE_LOADS: loads } }));
    const errors = await Promise.all([1, 2].map(() => rig.error(rig.submit(taskOf("any", "throws.mjs")))));
    for (const error of errors) {
      expect(error.name).toBe("ModuleLoadError");
      expect(error.message).toMatch(
        /throws\.mjs could not be loaded in a worker: SyntaxError: the top level went wrong/,
      );
      expect(error.cause).toBeInstanceOf(SyntaxError);
    }
    expect(readFileSync(loads, "utf8")).toBe("loaded\n");
  });

  test("a module that is not there", async () => {
    rig = new Rig(make({ workers: 1 }));
    const error = await rig.error(rig.submit(taskOf("any", "missing.mjs")));
    expect(error.name).toBe("ModuleLoadError");
    expect(error.message).toContain("Check the path");
  });

  test("TypeScript, natively or through tsx", async () => {
    rig = new Rig(make({ workers: 1 }));
    expect(await rig.run(taskOf("typed", "typed.ts"), 21)).toBe(42);
  });

  test("a flow that a worker's timer calls parks, and the user is told once", async () => {
    rig = new Rig(make({ workers: 1 }));
    expect(await rig.run(taskOf("fine", "later.mjs"))).toBe("fine");
    await rig.until(() => rig.of("workerOutput").length > 0);
    await rig.run(taskOf("sleeps"), 60);
    expect(rig.of("workerOutput").map(({ text }) => text)).toEqual([
      expect.stringMatching(/^stray\(…\) at .*later\.mjs:6:\d+ was called outside a flow in a worker; it will never/),
    ]);
  });
});
