/** What is left of a command when its first process has ended, or its worker was given up: nothing. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Poll } from "../../src/workers/command/poll.ts";
import * as tasks from "../fixtures/commands/tasks.mjs";
import { both, channel, folder, gone, linesOf, sh, watched } from "./rig.ts";

describe.each(both)("a command per %s", per => {
  test("leaves nothing in the background, though it ends by itself", async () => {
    const pids = join(folder(), "pids");
    const wrap = sh(`(trap '' HUP; exec sleep 1000) & echo $! >> ${pids}; exec "$@"`);
    const body = async () => {
      const doubled = await tasks.double.submit(4);
      // Its guard has nothing to do with it.
      if (per === "call") await gone(...(await linesOf(pids)));
      return doubled;
    };
    const { result } = watched(body, { prefix: { gpu: { command: wrap, per } } });
    expect(await result).toBe(8);
    await gone(...(await linesOf(pids)));
  });

  test("may have a command that cancels and cannot even be started: a warning", async () => {
    const line = await channel();
    const pids = join(folder(), "pids");
    const cancel = `${process.execPath}/cancel`;
    const { result, interrupt, witness } = watched(() => tasks.spins.submit(line.address, pids), {
      prefix: { gpu: { command: "nice", per, cancel } },
    });
    await line.reached("spinning");
    interrupt();
    await expect(result).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(witness.of("warning").map(({ message }) => message)).toEqual([
      expect.stringMatching(/could not be cancelled: .*\/cancel: .*ENOTDIR/),
    ]);
    await gone(...(await linesOf(pids)));
  });

  test("is ended by the guard although what cancels cannot be started", async () => {
    const line = await channel();
    const pids = join(folder(), "pids");
    const main = join(folder(), "main.mjs");
    const heddle = new URL("../../dist/index.js", import.meta.url).href;
    const module = new URL("../fixtures/commands/tasks.mjs", import.meta.url).href;
    const prefix = { gpu: { command: "nice", per, cancel: `${process.execPath}/cancel` } };
    writeFileSync(
      main,
      `import { run } from ${JSON.stringify(heddle)};
       import { spins } from ${JSON.stringify(module)};
       const prefix = ${JSON.stringify(prefix)};
       await run({ prefix }, () => spins.submit(${JSON.stringify(line.address)}, ${JSON.stringify(pids)}));`,
    );
    const child = spawn(process.execPath, [main], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    await line.reached("spinning");
    child.kill("SIGKILL");
    await gone(child.pid!, ...(await linesOf(pids)));
  });
});

test("a worker that is given up is cancelled once, and before the run ends", async () => {
  const line = await channel();
  const log = join(folder(), "log");
  const wrap = sh('echo "job 4711"; exec "$@"');
  const cancel = sh(`echo "cancelled $1" >> ${log}; exit 7`, "cancel.sh");
  const prefix = { gpu: { command: wrap, per: "worker" as const, cancel: `${cancel} {job}` } };
  const { result, witness } = watched(
    async () => {
      const future = tasks.busy.submit(line.address);
      await line.reached("busy");
      future.cancel();
      return future.wait();
    },
    { prefix },
  );
  expect(await result).toBe("cancelled");
  expect(readFileSync(log, "utf8")).toBe("cancelled 4711\n");
  expect(witness.of("warning")).toMatchObject([{ message: expect.stringContaining("exit code 7") }]);
});

test("a call that cannot be heard ends, and so does its command", async () => {
  const pids = join(folder(), "pids");
  const wrap = sh(`echo $$ > ${pids}; mkdir -p "$1/out/any"; exec sleep 1000`);
  const { result, witness } = watched(() => tasks.double.submit(1), { prefix: { gpu: `${wrap} {dir}` } });
  await expect(result).rejects.toThrow("EISDIR");
  expect(witness.of("failed")[0]).toMatchObject({ state: "crashed" });
  await gone(...(await linesOf(pids)));
});

test("looking for what comes goes on until it cannot be looked at", async () => {
  const found = [true, false, true];
  const error = await new Promise(resolve => {
    const poll = new Poll(() => {
      const next = found.shift();
      if (next === undefined) throw new Error("stale");
      return next;
    }, resolve);
    poll.look();
  });
  expect(error).toMatchObject({ message: "stale" });
});
