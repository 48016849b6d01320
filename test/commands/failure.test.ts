/** Commands that do not do what they should: what is said, what is tried again, and that nothing stays behind. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "heddle";
import { describe, expect, onTestFinished, test } from "vitest";
import { mountDisk, reasonAgainstDisks, unmountDisk } from "../disk/disk.ts";
import * as tasks from "../fixtures/commands/tasks.mjs";
import { both, channel, folder, gone, linesOf, processesWith, said, sh, watched } from "./rig.ts";

const failing = async (
  prefix: Parameters<typeof watched>[1]["prefix"],
  body: () => { settled(): Promise<unknown> },
) => {
  const { result, witness } = watched(() => body().settled(), { prefix: prefix! });
  const { error } = (await result) as { error: Error & { code: string } };
  return { error, witness, state: witness.of("failed")[0]?.state };
};

describe.each(both)("a command per %s", per => {
  const gpu = (command: string | string[]) => ({ gpu: { command, per } });

  test("that does not exist", async () => {
    const { error, state } = await failing(gpu("no-such-program -x"), () => tasks.double.submit(1));
    expect([error.code, state]).toEqual(["COMMAND_START", "crashed"]);
    expect(error.message).toMatch(/there is no program no-such-program: no-such-program -x .*node/);
    expect(error.message).toContain("It was looked for in PATH: ");
  });

  test("that may not be run", async () => {
    const path = join(folder(), "plain.txt");
    writeFileSync(path, "text");
    const { error, state } = await failing(gpu([path]), () => tasks.double.submit(1));
    expect([error.code, state]).toEqual(["COMMAND_START", "crashed"]);
    expect(error.message).toContain("EACCES");
  });

  test("that ends before its worker begins", async () => {
    const wrap = sh("echo nothing is free >&2; exit 3");
    const { error, state } = await failing(gpu(wrap), () => tasks.double.submit(1));
    expect([error.code, state]).toEqual(["COMMAND_FAILED", "crashed"]);
    expect(error.message).toMatch(/ended with exit code 3 before its worker had begun: .*wrap\.sh/);
    expect(error.message).toContain("nothing is free");
  });

  test("that is killed before its worker begins", async () => {
    const { error } = await failing(gpu(sh("kill -9 $$")), () => tasks.double.submit(1));
    expect(error.message).toMatch(/ended with signal SIGKILL before its worker had begun/);
  });

  test("where there is no Node", async () => {
    const prefix = { gpu: { command: "env", per, node: "/no/such/node" } };
    const { error } = await failing(prefix, () => tasks.double.submit(1));
    expect(error.code).toBe("COMMAND_FAILED");
    expect(error.message).toMatch(/exit code 127.*\n.*The worker wants Node at \/no\/such\/node/);
    expect(error.message).toContain("No such file");
  });

  test("whose worker dies", async () => {
    const { error, state } = await failing(gpu(sh('exec nice "$@"')), () => tasks.exits.submit(3));
    expect([error.code, state]).toEqual(["CRASHED", "crashed"]);
    expect(error.message).toMatch(/exits-\d+ died: exit code 3/);
    expect(error.message).toContain("wrap.sh");
  });

  test("that is tried again where retries allow", async () => {
    const mark = join(folder(), "mark");
    const wrap = sh(`if [ -e ${mark} ]; then exec "$@"; fi; touch ${mark}; exit 5`);
    const { result, witness } = watched(() => tasks.failsFirst.submit(), { prefix: gpu(wrap) });
    // Workers are started three times before the calls fail that wait for one.
    expect(await result).toBe(per === "call" ? 2 : 1);
    expect(witness.of("retrying")).toHaveLength(per === "call" ? 1 : 0);
  });

  test.each([
    ["", "env"],
    // By then its files are looked at seldom.
    [", in a command that takes long to begin", ["sh", "-c", 'sleep 1; exec "$@"', "sh"]],
  ])("with a call that obeys its signal%s", async (_, slow) => {
    const line = await channel();
    const { result } = watched(
      async () => {
        const future = tasks.patient.submit(line.address, "waiting");
        await line.reached("waiting");
        future.cancel("not needed");
        const state = await future.wait();
        await line.reached("waiting stopped: patient-2 was cancelled: not needed");
        return state;
      },
      { prefix: gpu(slow) },
    );
    expect(await result).toBe("cancelled");
  });

  test("at the interruption of the run", async () => {
    const line = await channel();
    const pids = join(folder(), "pids");
    const { result, interrupt } = watched(() => tasks.spins.submit(line.address, pids), { prefix: gpu("nice") });
    await line.reached("spinning");
    interrupt();
    await expect(result).rejects.toMatchObject({ code: "INTERRUPTED" });
    await gone(...(await linesOf(pids)));
  });
});

test("a command that does not run what follows it gives no outcome", async () => {
  const { error, state } = await failing({ gpu: "echo" }, () => tasks.double.submit(1));
  expect([error.code, state]).toEqual(["NO_OUTCOME", "crashed"]);
  expect(error.message).toMatch(/double-\d+ ended well, but gave no outcome: echo .*node/);
  expect(error.message).toContain("call.js");
});

test("a command that ends together with the folder of its call: whether its worker had begun is not known", async () => {
  const { error, state } = await failing({ gpu: [sh('rm -r "$1"; kill -9 $$'), "{dir}"] }, () =>
    tasks.double.submit(1),
  );
  expect([error.code, state]).toEqual(["CRASHED", "crashed"]);
  expect(error.message).toMatch(
    /double-\d+ died: signal SIGKILL.*\n.*Its folder is gone, without which it cannot talk: /,
  );
});

test("a command that hangs before its worker begins runs out of time, and all of its processes end", async () => {
  const pids = join(folder(), "pids");
  const wrap = sh(`sleep 1000 & echo $$ >> ${pids}; echo $! >> ${pids}; wait`);
  const { result } = watched(() => tasks.double.with({ timeout: 500 }).submit(1).wait(), { prefix: { gpu: wrap } });
  expect(await result).toBe("timedOut");
  await gone(...(await linesOf(pids)));
});

const noDisk = reasonAgainstDisks();

test.skipIf(noDisk !== null)("a call that cannot be told what it waits for, as the disk is full, crashes", async () => {
  const disk = folder();
  mountDisk(disk, 1 << 20);
  onTestFinished(() => unmountDisk(disk));
  const runner = command({ prefix: "env" });
  const { result } = watched(
    () => tasks.fillsDisk.submit(disk).settled(),
    { runner },
    { cache: { folder: join(disk, "store") } },
  );
  expect(await result).toMatchObject({ ok: false, error: { message: expect.stringContaining("ENOSPC") } });
});

test("a call that is lost on its way to a worker runs out of time, and is made again on another one", async () => {
  const proxy = fileURLToPath(new URL("../fixtures/chaos/proxy.mjs", import.meta.url));
  // The message that sets the worker up is shorter, that of the call longer.
  const fault = { kind: "stalls", side: "in", at: 10_000 };
  const runner = command({
    prefix: [process.execPath, proxy],
    per: "worker",
    workers: 1,
    env: { CHAOS_FAULTS: JSON.stringify([fault]), CHAOS_OUT: folder() },
  });
  const { result, witness } = watched(
    () => tasks.lengthOf.with({ timeout: "3s", retries: 1 }).submit("x".repeat(100_000)),
    { runner },
  );
  expect(await result).toBe(100_000);
  expect(witness.of("retrying").map(({ state }) => state)).toEqual(["timedOut"]);
});

test("what a command puts into a queue has its time-out from the start of its worker", async () => {
  const line = await channel();
  const go = join(folder(), "go");
  const wrap = sh(`while [ ! -e ${go} ]; do sleep 0.02; done; exec "$@"`);
  const prefix = { gpu: { command: wrap, queues: true } };
  const { result, witness } = watched(
    async () => {
      const future = tasks.held.with({ timeout: 20_000 }).submit(line.address, "begun");
      while (processesWith(wrap).length === 0) await new Promise(setImmediate);
      expect(future.state).toBe("queued");
      writeFileSync(go, "");
      await line.reached("begun");
      while (witness.of("started").every(({ calls }) => !calls.includes(2))) await new Promise(setImmediate);
      line.pass("begun");
      return future;
    },
    { prefix },
  );
  expect(await result).toBe("begun");
});

describe("what is in a queue", () => {
  const queue = () => {
    const log = join(folder(), "log");
    // As sbatch --wait does: the job runs elsewhere, and the command's end is not the job's.
    const submit = sh(`echo "Submitted batch job 4711"; setsid "$@" & echo $! > ${log}.pid; trap 'exit 1' TERM; wait`);
    const cancel = sh(`echo "cancelled $1" >> ${log}; kill -9 -$(cat ${log}.pid) 2>/dev/null; exit 0`, "cancel.sh");
    return { log, submit, cancel: `${cancel} {job}` };
  };

  test("is cancelled by its own command, which is given the job", async () => {
    const line = await channel();
    const { log, submit, cancel } = queue();
    const { result } = watched(
      async () => {
        const future = tasks.held.submit(line.address, "running");
        await line.reached("running");
        future.cancel();
        return future.wait();
      },
      { prefix: { gpu: { command: submit, cancel } } },
    );
    expect(await result).toBe("cancelled");
    expect(readFileSync(log, "utf8")).toBe("cancelled 4711\n");
    await gone(readFileSync(`${log}.pid`, "utf8").trim());
  });

  test("is not cancelled when it has ended", async () => {
    const { log, submit, cancel } = queue();
    const { result } = watched(() => tasks.double.submit(2), { prefix: { gpu: { command: submit, cancel } } });
    expect(await result).toBe(4);
    expect(existsSync(log)).toBe(false);
  });

  test("is found by an expression of the user's; what cannot be cancelled is a warning", async () => {
    const line = await channel();
    const submit = sh('echo "queued as <x-9>"; exec "$@"');
    const cancel = sh("echo no such job $1 >&2; exit 7", "cancel.sh");
    const { result, witness } = watched(
      async () => {
        const future = tasks.held.submit(line.address, "running");
        await line.reached("running");
        future.cancel();
        return future.wait();
      },
      { prefix: { gpu: { command: submit, cancel: `${cancel} {job}`, job: /<(\S+)>/ } } },
    );
    expect(await result).toBe("cancelled");
    expect(witness.of("warning")).toMatchObject([
      {
        call: 2,
        message: expect.stringMatching(/could not be cancelled: .*cancel\.sh x-9: exit code 7: no such job x-9/),
      },
    ]);
  });

  test("is cancelled by the guard when the coordinator is killed", async () => {
    const line = await channel();
    const { log, submit, cancel } = queue();
    const main = join(folder(), "main.mjs");
    const heddle = new URL("../../dist/index.js", import.meta.url).href;
    const module = new URL("../fixtures/commands/tasks.mjs", import.meta.url).href;
    const prefix = { gpu: { command: submit, cancel } };
    writeFileSync(
      main,
      `import { run } from ${JSON.stringify(heddle)};
       import { held } from ${JSON.stringify(module)};
       await run({ prefix: ${JSON.stringify(prefix)} }, () => held.submit(${JSON.stringify(line.address)}, "running"));`,
    );
    const child = spawn(process.execPath, [main], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    await line.reached("running");
    child.kill("SIGKILL");
    expect(await linesOf(log)).toEqual(["cancelled 4711"]);
    await gone(readFileSync(`${log}.pid`, "utf8").trim());
  });
});

describe("placeholders", () => {
  test("are filled in for each call", async () => {
    const wrap = sh('echo "$1"; shift; exec "$@"');
    const { result, witness } = watched(() => tasks.double.submit(1), {
      prefix: { gpu: [wrap, "{gpu} {task} {id} {attempt} {run} {dir} {{gpu}}"] },
    });
    expect(await result).toBe(2);
    const { run } = witness.of("runStarted")[0]!;
    const [gpu, task, id, attempt, runId, dir, template] = said(witness).trim().split(" ");
    expect([gpu, task, id, attempt, runId, template]).toEqual(["2", "double", "double-2", "1", run, "{{gpu}}"]);
    expect(dir).toContain(run);
  });

  test("an amount is that of the call, also per worker", async () => {
    const wrap = sh('echo "$1"; shift; exec "$@"');
    const { result, witness } = watched(
      () => [tasks.double.submit(1), tasks.double.with({ labels: { gpu: 3 } }).submit(1)],
      { prefix: { gpu: { command: `${wrap} gpus={gpu}`, per: "worker" } } },
    );
    expect(await result).toEqual([2, 2]);
    expect(said(witness).trim().split("\n").sort()).toEqual(["gpus=2", "gpus=3"]);
  });

  test("a command that wants a script gets one", async () => {
    const wrap = sh('echo "$#"; exec "$1"');
    const { result, witness } = watched(() => tasks.double.submit(1), { prefix: { gpu: `${wrap} {script}` } });
    expect(await result).toBe(2);
    expect(said(witness)).toBe("1\n");
  });

  test("what the command leaves in the call's folder is taken as its output", async () => {
    const wrap = sh('echo from the log > "$1"; shift; exec "$@"');
    const { result, witness } = watched(() => tasks.double.submit(1), { prefix: { gpu: `${wrap} {dir}/job.log` } });
    expect(await result).toBe(2);
    expect(said(witness)).toBe("job.log:\nfrom the log\n");
  });

  test.each([
    [{ gpu: "srun --gres={gpus}" }, /the prefix of gpu: .*\{gpus\}\n.*\{dir\}.*\{gpu\}/],
    [{ gpu: { command: "srun {dir}", per: "worker" as const } }, /\{dir\}/],
    [{ gpu: { command: "srun", cancel: "scancel {jobid}" } }, /the prefix of gpu, cancel: .*\{jobid\}\n.*\{job\}/],
    [{ gpu: "srun | tee log" }, /the operator \|/],
    [{ gpu: "" }, /the command is empty/],
    [{ gpu: { command: "srun", pre: 1 } as never }, /unknown option "pre"/],
    [{ gpu: 3 as never }, /3 is not possible/],
    [{ gpu: { command: "srun", per: "task" as never } }, /per: "task" is not possible/],
    [{ gpu: { command: "srun", maxCallsPerWorker: 3 } }, /maxCallsPerWorker: each call has a worker of its own/],
  ])("%j is an error before anything runs", (prefix, message) => {
    expect(() => watched(() => tasks.double.submit(1), { prefix })).toThrow(message);
  });
});
