import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type * as ProcessesModule from "../../src/runners/processes.ts";
import type * as ThreadsModule from "../../src/runners/threads.ts";
import { built, fixtures, Rig, taskOf } from "./rig.ts";

const { threads } = await built<typeof ThreadsModule>("runners/threads.js");
const { processes } = await built<typeof ProcessesModule>("runners/processes.js");

let rig: Rig;
afterEach(() => rig.session.close());

const scratch = () => join(mkdtempSync(join(tmpdir(), "heddle-test-")), "marks");
const linesOf = (file: string) => readFileSync(file, "utf8").trim().split("\n").map(Number);

describe.each([
  ["threads", threads],
  ["processes", processes],
] as const)("%s", (_, make) => {
  test("exit at call 60 of a batch of 100: each other call runs once", async () => {
    rig = new Rig(make({ workers: 2 }));
    const file = scratch();
    // So that the calls are known to be short, and travel in batches.
    for (let i = 0; i < 300; i += 1) rig.submit(taskOf("noop"));
    await Promise.all([...Array(300).keys()].map(id => rig.value(id)));
    const ids = Array.from({ length: 100 }, (_, i) => rig.submit(taskOf("marks"), file, i, i === 60 ? "exit" : ""));
    const states = (await Promise.all(ids.map(id => rig.ended(id)))).map(({ state }) => state);
    expect(states.filter(state => state === "completed")).toHaveLength(99);
    expect(states[60]).toBe("crashed");
    expect(linesOf(file).sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
    expect(rig.lostIds).toEqual([]);
  });

  test("an error that nobody catches, out of a call that is under way with others: that call crashed", async () => {
    rig = new Rig(make({ workers: 1, concurrency: 4 }));
    const strays = rig.submit(taskOf("straysError"));
    const sleeping = [1, 2, 3].map(() => rig.submit(taskOf("sleeps"), 100));
    const attempt = await rig.ended(strays);
    expect(attempt.state).toBe("crashed");
    expect(attempt.error?.message).toContain("nobody catches me");
    await Promise.all(sleeping.map(id => rig.value(id)));
    expect(rig.lostIds.sort()).toEqual(sleeping);
  });

  test("where several are under way and none can be told to be the one, each runs again alone", async () => {
    rig = new Rig(make({ workers: 1, concurrency: 4 }));
    const exits = rig.submit(taskOf("exitsLater"));
    const sleeping = [1, 2, 3].map(() => rig.submit(taskOf("sleeps"), 60));
    expect((await rig.ended(exits)).state).toBe("crashed");
    await Promise.all(sleeping.map(id => rig.value(id)));
    expect([...rig.attempts.values()].filter(({ state }) => state === "crashed")).toHaveLength(1);
  });

  test("a worker that cannot start breaks the runner after three tries", async () => {
    rig = new Rig(make({ workers: 1, init: new URL("init-throws.mjs", fixtures) }));
    const error = await rig.ended(rig.submit(taskOf("add"), 1, 1)).catch((error: Error) => error as never);
    expect(error).toMatchObject({ name: "WorkerStartError", code: "WORKER_START" });
    expect(rig.brokenBy?.message).toContain("no warmth today");
    expect(rig.workers).toHaveLength(3);
  });

  test("init warms each worker once, and env reaches it", async () => {
    rig = new Rig(make({ workers: 1, init: new URL("init.mjs", fixtures), env: { HEDDLE_TEST: "yes" } }));
    expect(await rig.run(taskOf("whoAmI"))).toMatchObject({ env: "yes", warm: 1 });
    expect(await rig.run(taskOf("whoAmI"))).toMatchObject({ env: "yes", warm: 1 });
  });

  test("calls that wait behind one that takes long are taken back and run elsewhere", async () => {
    rig = new Rig(make({ workers: 2 }));
    const file = scratch();
    for (let i = 0; i < 300; i += 1) rig.submit(taskOf("marks"), file, -1);
    await Promise.all([...Array(300).keys()].map(id => rig.value(id)));
    const ids = [...Array(100).keys()].map(i => rig.submit(taskOf("marks"), file, i, i === 0 ? "spin" : ""));
    const [long, ...short] = ids;
    await Promise.all(short.map(id => rig.value(id)));
    expect(rig.attempts.has(long!)).toBe(false);
    writeFileSync(`${file}.go`, "");
    await rig.value(long!);
    expect(
      linesOf(file)
        .filter(line => line >= 0)
        .sort((a, b) => a - b),
    ).toEqual([...Array(100).keys()]);
  });

  test("where calls of a task have been long, none keeps back what those before it gave", async () => {
    rig = new Rig(make({ workers: 1 }));
    const file = scratch();
    const warm = Array.from({ length: 300 }, (_, i) => rig.submit(taskOf("marks"), file, -1, i === 299 ? "10 ms" : ""));
    await Promise.all(warm.map(id => rig.value(id)));
    const short = Array.from({ length: 20 }, (_, i) => rig.submit(taskOf("marks"), file, i));
    const long = rig.submit(taskOf("marks"), file, 20, "spin silently");
    expect(await Promise.all(short.map(id => rig.value(id)))).toEqual([...Array(20).keys()]);
    expect(rig.attempts.has(long)).toBe(false);
    writeFileSync(`${file}.go`, "");
    await rig.value(long);
  });
});

describe("processes", () => {
  test("what is no frame in the channel of a worker: that call crashed, the rest completes", async () => {
    rig = new Rig(processes({ workers: 1 }));
    const scribbles = rig.submit(taskOf("scribbles"));
    const after = rig.submit(taskOf("add"), 2, 2);
    const attempt = await rig.ended(scribbles);
    expect(attempt.state).toBe("crashed");
    expect(attempt.error?.message).toContain('no frame begins with "this is no f');
    expect(await rig.value(after)).toBe(4);
  });

  test("what a grandchild writes to the descriptor belongs to the call", async () => {
    rig = new Rig(processes({ workers: 1 }));
    const id = rig.submit(taskOf("raw"));
    await rig.value(id);
    await rig.until(() => rig.events.some(event => "text" in event && event.text === "from a grandchild\n"));
  });
});
