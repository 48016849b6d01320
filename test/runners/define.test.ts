import { afterEach, expect, test } from "vitest";
import type * as DefineModule from "../../src/runners/define.ts";
import type * as WorkerModule from "../../src/worker.ts";
import { built, Rig, taskOf } from "../workers/rig.ts";

const { defineRunner } = await built<typeof DefineModule>("runners/define.js");
const { execute } = await built<typeof WorkerModule>("../worker.js");

let rig: Rig;
afterEach(() => rig.session.close());

test("ten lines make a runner: results, errors and output come back", async () => {
  const sizes: number[] = [];
  const runner = defineRunner({
    name: "loopback",
    workers: 2,
    run: async bytes => {
      sizes.push(bytes.byteLength);
      return execute(new Uint8Array(bytes));
    },
  });
  rig = new Rig(runner);
  expect(await rig.run(taskOf("add"), 1, 2)).toBe(3);
  const error = await rig.error(rig.submit(taskOf("boom"), "far away"));
  expect([error.name, error.message]).toEqual(["RangeError", "far away"]);
  const id = rig.submit(taskOf("prints"), "x", 0);
  await rig.value(id);
  expect(rig.printed(id)).toBe("x bytes\nhexx last\n");
  const missing = await rig.ended(rig.submit(taskOf("nowhere")));
  expect(missing.state).toBe("unreachable");
  expect(sizes.every(size => size > 0)).toBe(true);
  expect(rig.workers).toEqual(["loopback/1"]);
});

test("no outcome is a crash; an answer that is no message too", async () => {
  rig = new Rig(
    defineRunner({
      name: "broken",
      workers: 1,
      run: async bytes => {
        if (bytes.byteLength % 2 === 0) throw new Error("the line is dead");
        return new Uint8Array([1, 2]);
      },
    }),
  );
  for (const input of ["a", "ab"]) {
    const attempt = await rig.ended(rig.submit(taskOf("sumOf"), input));
    expect(attempt.state).toBe("crashed");
    expect(attempt.error?.message).toMatch(/the line is dead|no whole message/);
  }
});

test("cancel aborts the signal that run was given, and execute hands it to the call", async () => {
  rig = new Rig(defineRunner({ name: "loopback", workers: 1, run: (bytes, { signal }) => execute(bytes, { signal }) }));
  const id = rig.submit(taskOf("obeys"));
  await rig.until(() => rig.startedIds.includes(id));
  rig.cancel(id);
  await rig.until(() => rig.releasedIds.includes(id));
  expect(await rig.run(taskOf("add"), 1, 2)).toBe(3);
});
