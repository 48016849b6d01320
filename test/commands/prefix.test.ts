import { existsSync } from "node:fs";
import { command, run } from "heddle";
import { describe, expect, test } from "vitest";
import { script } from "../cases/script.ts";
import { down } from "../fixtures/cases/nested-tasks.mjs";
import * as tasks from "../fixtures/commands/tasks.mjs";
import { both, channel, said, sh, watched } from "./rig.ts";

describe.each(both)("a prefix, per %s", per => {
  const gpu = (command: string | string[]) => ({ prefix: { gpu: { command, per } } });

  test("runs the calls of its label, and nothing else", async () => {
    const wrap = sh('echo started; exec "$@"');
    const { result, witness } = watched(
      async () => [await tasks.double.submit(4), await tasks.reads.submit("/x").settled()],
      gpu(wrap),
    );
    expect(await result).toMatchObject([8, { ok: false }]);
    expect(said(witness)).toBe("started\n");
    expect(witness.of("workerStarted").map(({ name }) => name)).toEqual(["gpu/1", "inline"]);
  });

  test("its output is kept apart from the task's, and shown with its failure", async () => {
    const wrap = sh('echo hello; echo problem >&2; exec "$@"');
    const { result, witness } = watched(() => tasks.prints.submit("world"), gpu(wrap));
    await expect(result).rejects.toThrow("as asked");
    expect([said(witness), said(witness, "stderr")]).toEqual(["hello\n", "problem\n"]);
    expect(witness.of("output").map(({ text }) => text)).toEqual(["world\n"]);
  });

  test("what the task prints past the capture is the task's, and disturbs no message", async () => {
    const { result, witness } = watched(() => tasks.printsPast.submit(), gpu("env"));
    expect(await result).toBe(1);
    const printed = witness
      .of("output")
      .map(({ text }) => text)
      .join("");
    for (const word of ["straight\n", "child\n", "child error\n", "console\n"]) expect(printed).toContain(word);
    expect(said(witness)).toBe("");
  });

  test("what others print into its streams disturbs nothing", async () => {
    const wrap = sh(
      '(while :; do printf "noise "; sleep 0.01; done) & noise=$!; "$@"; code=$?; kill $noise; exit $code',
    );
    const { result, witness } = watched(() => tasks.double.map([1, 2, 3, 4, 5]), gpu(wrap));
    expect(await result).toEqual([2, 4, 6, 8, 10]);
    expect(said(witness)).toContain("noise");
  });

  test("a call waits for what it calls there, also where its worker has nothing else to do", async () => {
    const { result } = watched(() => down.submit(3), { runner: command({ prefix: "env", per, workers: 2 }) });
    expect(await result).toBe(3);
  });

  test("nice and env, as strings and as words", async () => {
    const { result } = watched(() => tasks.where.submit(["COLOUR"]), gpu("nice -n 1 env 'COLOUR=dark red'"));
    expect(await result).toMatchObject({ env: { COLOUR: "dark red" } });
    const words = ["env", "COLOUR=$HOME | x"];
    expect(await watched(() => tasks.where.submit(["COLOUR"]), gpu(words)).result).toMatchObject({
      env: { COLOUR: "$HOME | x" },
    });
  });

  test("logs, progress and context are as everywhere, and come while it runs", async () => {
    const line = await channel();
    const { result, witness } = watched(async () => {
      const future = tasks.talks.submit(line.address);
      await line.reached("talking");
      while (witness.of("progress").length === 0) await new Promise(setImmediate);
      line.pass("talking");
      return future;
    }, gpu("env"));
    expect(await result).toEqual({ id: "talks-2", attempt: 1 });
    expect(witness.of("log")).toMatchObject([{ level: "info", message: "speaks", call: 2 }]);
  });

  test("twenty calls at once", async () => {
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    expect(await watched(() => tasks.double.map(numbers), gpu("env")).result).toEqual(numbers.map(n => n * 2));
  });

  test("files in the call's directory come back", async () => {
    const { result } = watched(async () => {
      const dir = await tasks.fills.submit("woven");
      expect(existsSync(dir)).toBe(true);
      return tasks.reads.submit(dir);
    }, gpu("env"));
    expect(await result).toBe("woven");
  });

  test("a direct call goes there too; in one process none does", async () => {
    const wrap = sh('echo started; exec "$@"');
    const direct = watched(() => tasks.where([]), gpu(wrap));
    expect(await direct.result).not.toMatchObject({ pid: process.pid });
    const inside = watched(() => tasks.where.submit([]), gpu(wrap), { inProcess: true });
    expect(await inside.result).toMatchObject({ pid: process.pid });
    expect(said(inside.witness)).toBe("");
  });

  test("a module warms the worker first", async () => {
    const init = new URL("../fixtures/commands/warm.mjs", import.meta.url);
    const options = { prefix: { gpu: { command: "env", per, init } } };
    expect(await watched(() => tasks.warmed.submit(), options).result).toBe(true);
  });

  test("command(…) is the same from code", async () => {
    const runner = command({ prefix: ["env", "COLOUR=red"], per, workers: 2, env: { SHADE: "dark" } });
    expect(runner).toMatchObject({ name: "command", workers: 2 });
    const seen = await run({ runner }, () => tasks.where.map([["COLOUR"], ["SHADE"]]));
    expect(seen).toMatchObject([{ env: { COLOUR: "red" } }, { env: { SHADE: "dark" } }]);
  });
});

test("of two labels with prefixes the first label's wins", async () => {
  const prefix = { gpu: sh('echo gpu; exec "$@"'), first: sh('echo first; exec "$@"') };
  const { result, witness } = watched(() => tasks.doubleOfTwo.submit(2), { prefix });
  expect(await result).toBe(4);
  expect(said(witness)).toBe("first\n");
});

test("a prefix for a label that no call has is warned of", async () => {
  const warnings = async (options: Parameters<typeof watched>[1], settings: Parameters<typeof watched>[2] = {}) => {
    const { result, witness } = watched(() => tasks.reads.submit("/x").settled(), options, settings);
    await result;
    return witness.of("warning").map(({ message }) => message);
  };
  const near = 'There is a prefix for "gpus", a label that no task is defined with. Did you mean gpu?';
  expect(await warnings({ prefix: { gpus: "env" } })).toEqual([near]);
  expect(await warnings({}, { fallbackPrefix: { gpus: "env" } })).toEqual([near]);
  const unused = (where: string) => `The prefix for "gpu" (${where}) counted for nothing: no call had that label.`;
  expect(await warnings({ prefix: { gpu: "env" } })).toEqual([unused("the flow's prefix")]);
  expect(await warnings({}, { prefix: { gpu: "env" } })).toEqual([unused("prefix")]);
  expect(await warnings({}, { fallbackPrefix: { gpu: "env" } })).toEqual([]);
  expect(await warnings({}, { prefix: { reads: "env" }, inProcess: true })).toEqual([]);
});

test("a task's own name is a label", async () => {
  const { result, witness } = watched(() => tasks.double.submit(2), { prefix: { double: sh('echo own; exec "$@"') } });
  expect(await result).toBe(4);
  expect(said(witness)).toBe("own\n");
});

test("command line, then flow, then config", async () => {
  const says = (word: string) => sh(`echo ${word}; exec "$@"`);
  const prefix = { gpu: says("flow") };
  const flowFirst = watched(() => tasks.double.submit(1), { prefix }, { fallbackPrefix: { gpu: says("config") } });
  await flowFirst.result;
  expect(said(flowFirst.witness)).toBe("flow\n");
  const lineFirst = watched(() => tasks.double.submit(1), { prefix }, { prefix: { gpu: says("line") } });
  await lineFirst.result;
  expect(said(lineFirst.witness)).toBe("line\n");
  const configOnly = watched(() => tasks.double.submit(1), {}, { fallbackPrefix: { gpu: says("config") } });
  await configOnly.result;
  expect(said(configOnly.witness)).toBe("config\n");
});

test("with a prefix the program's own output is clean", async () => {
  const wrap = sh('echo hello; echo problem >&2; exec "$@"');
  const ended = await script({
    "main.mjs": `
      import { run, task } from "heddle";
      const world = task("world", { labels: "gpu" }, () => console.log("world"));
      await run({ prefix: { gpu: ${JSON.stringify(wrap)} } }, () => world.submit());`,
  });
  expect(ended).toMatchObject({ code: 0, stdout: "world\n", stderr: "" });
});

test("a worker of a command is replaced as others are", async () => {
  const prefix = { gpu: { command: "env", per: "worker" as const, workers: 1, maxCallsPerWorker: 2 } };
  const { result, witness } = watched(() => tasks.where.map([[], [], [], [], []]), { prefix });
  const pids = ((await result) as { pid: number }[]).map(({ pid }) => pid);
  expect(new Set(pids).size).toBe(3);
  expect(witness.of("workerEnded").map(({ reason }) => reason)).toEqual(["recycled", "recycled", "closed"]);
});
