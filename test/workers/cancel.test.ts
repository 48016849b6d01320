import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type * as ProcessesModule from "../../src/runners/processes.ts";
import type * as ThreadsModule from "../../src/runners/threads.ts";
import { built, Rig, taskOf } from "./rig.ts";

const { threads } = await built<typeof ThreadsModule>("runners/threads.js");
const { processes } = await built<typeof ProcessesModule>("runners/processes.js");

let rig: Rig;
afterEach(() => rig.session.close());

describe.each([
  ["threads", threads],
  ["processes", processes],
] as const)("%s", (_, make) => {
  test("a call that obeys its signal leaves its worker alive", async () => {
    rig = new Rig(make({ workers: 1 }));
    const id = rig.submit(taskOf("obeys"));
    await rig.until(() => rig.startedIds.includes(id));
    rig.cancel(id);
    await rig.until(() => rig.releasedIds.includes(id));
    expect(await rig.run(taskOf("add"), 1, 2)).toBe(3);
    expect(rig.workers).toHaveLength(1);
  });

  test("a call that has not started is given back at once", async () => {
    rig = new Rig(make({ workers: 1 }));
    const first = rig.submit(taskOf("add"), 1, 1);
    const second = rig.submit(taskOf("add"), 2, 2);
    await rig.until(() => rig.workers.length > 0);
    rig.cancel(first);
    await rig.until(() => rig.releasedIds.includes(first));
    expect(await rig.value(second)).toBe(4);
    expect(rig.startedIds).toEqual([second]);
  });

  test("a busy loop loses its worker; other calls are unharmed", async () => {
    rig = new Rig(make({ workers: 2 }));
    await Promise.all([rig.run(taskOf("sleeps"), 50), rig.run(taskOf("sleeps"), 50)]);
    const spins = rig.submit(taskOf("spins"), 60_000);
    const other = rig.submit(taskOf("sleeps"), 400);
    await rig.until(() => rig.printed(spins) === "spinning\n");
    const began = performance.now();
    rig.cancel(spins, "timeout");
    await rig.until(() => rig.releasedIds.includes(spins));
    expect(performance.now() - began).toBeLessThan(5_000);
    await rig.value(other);
    expect(await rig.run(taskOf("add"), 1, 2)).toBe(3);
    expect(rig.of("workerEnded")).toMatchObject([{ reason: "retired" }]);
  });

  test("a long native call loses its worker, and does not hold up the others or the end", async () => {
    rig = new Rig(make({ workers: 1 }));
    await rig.run(taskOf("noop"));
    const native = rig.submit(taskOf("native"));
    await rig.until(() => rig.printed(native) === "off\n");
    rig.cancel(native, "timeout");
    await rig.until(() => rig.releasedIds.includes(native));
    expect(await rig.run(taskOf("add"), 1, 2)).toBe(3);
    await rig.session.close();
    expect(rig.attempts.has(native)).toBe(false);
  });

  test("calls that wait behind a cancelled one go elsewhere", async () => {
    rig = new Rig(make({ workers: 1 }));
    for (let i = 0; i < 50; i += 1) rig.submit(taskOf("spins"), 0.01);
    await Promise.all([...Array(50).keys()].map(id => rig.value(id)));
    const long = rig.submit(taskOf("spins"), 60_000);
    const behind = Array.from({ length: 20 }, (_, i) => rig.submit(taskOf("add"), i, 0));
    await rig.until(() => rig.printed(long) === "spinning\n");
    rig.cancel(long);
    expect(await Promise.all(behind.map(id => rig.value(id)))).toEqual([...Array(20).keys()]);
    expect(rig.releasedIds).toEqual([long]);
  });

  test("cancelling a hundred at once keeps each account straight", async () => {
    rig = new Rig(make({ workers: 2, concurrency: 3 }));
    const ids = Array.from({ length: 100 }, (_, i) => rig.submit(taskOf(i % 3 === 0 ? "obeys" : "add"), 1, 1));
    await rig.until(() => rig.startedIds.length > 0);
    for (const id of ids) if (id % 2 === 0) rig.cancel(id);
    for (const id of ids) if (id % 2 === 1 && id % 3 !== 0) expect(await rig.value(id)).toBe(2);
    for (const id of ids) if (id % 2 === 1 && id % 3 === 0) rig.cancel(id);
    expect(await rig.run(taskOf("add"), 5, 5)).toBe(10);
    expect(rig.workers.length).toBeLessThanOrEqual(2);
  });

  test("nothing is left after close", async () => {
    rig = new Rig(make({ workers: 2 }));
    const pids = await Promise.all([1, 2].map(() => rig.run(taskOf("whoAmI"))));
    const spins = rig.submit(taskOf("spins"), 60_000);
    await rig.until(() => rig.printed(spins) === "spinning\n");
    await rig.session.close();
    for (const { pid } of pids as { pid: number }[]) {
      if (pid === process.pid) continue;
      expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    }
    expect(rig.of("workerEnded").map(({ reason }) => reason)).toEqual(rig.workers.map(() => "closed"));
    await sleep(0);
  });
});
