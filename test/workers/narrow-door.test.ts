/** What workers load instead of the whole of heddle. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { processes, run, threads } from "heddle";
import { describe, expect, test } from "vitest";
import { asks, flags, ways } from "../fixtures/cases/late-tasks.mjs";

const dist = new URL("../../dist/", import.meta.url);
const NARROW = "--conditions=heddle-worker";

test("it has the names of the front door", async () => {
  const [front, narrow] = await Promise.all(
    ["index.js", "narrow-door.js"].map(file => import(new URL(file, dist).href)),
  );
  expect(Object.keys(narrow).sort()).toEqual(Object.keys(front).sort());
});

describe.each([
  ["threads", () => threads({ workers: 1 }), ways],
  ["processes", () => processes({ workers: 1 }), ["submit", "key"]],
] as const)("%s", (_, runner, tried) => {
  test("workers come through it", async () => {
    expect(await run({ runner: runner() }, () => flags.submit())).toContain(NARROW);
  });

  test.each(tried)("a run is there as soon as it is asked for: %s", async way => {
    expect(await run({ runner: runner() }, () => asks.submit(way))).toBe(4);
  });
});

test("a program with a worker's flags, such as one that a task forks, has the whole", async () => {
  const program = new URL("../fixtures/workers/forked.mjs", import.meta.url);
  const child = fork(program, [], { execArgv: [NARROW], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [message] = await once(child, "message");
  expect(message).toEqual({ value: 4, flags: [NARROW] });
  expect(await once(child, "exit")).toEqual([0, null]);
});
