/** Calls on real Ray clusters. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ray, run, type Task, threads } from "heddle";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { narrowed } from "../cases/engines.ts";
import { onlyOnRay } from "../cases/places.ts";
import { channel, folder, gone, processesWith, sh, watched } from "../commands/rig.ts";
import { short } from "../fixtures/clusters/short.mjs";
import * as tasks from "../fixtures/clusters/tasks.mjs";
import { runProgram } from "./debian.ts";
import { interrupted } from "./interrupted.ts";
import { bridges, python, type RayCluster, startRay } from "./ray.ts";
import { shortCalls } from "./short-calls.ts";

const { program, version } = typeof python === "string" ? { program: "", version: python } : python;

describe.skipIf(typeof python === "string")(`ray, ${version}`, () => {
  let cluster: RayCluster;
  beforeAll(async () => {
    cluster = await startRay(program);
  });
  afterAll(() => cluster.stop());
  const there = (more = {}) => ({ runner: ray({ address: cluster.address, python: program, ...more }) });
  const node = async (options: Readonly<Record<string, unknown>>) => {
    const added = await cluster.add(options);
    let there = true;
    const remove = async () => {
      if (there) await cluster.remove(added);
      there = false;
    };
    onTestFinished(remove);
    return { remove };
  };

  test("values go there and come back; a worker serves many calls", async () => {
    const { result } = watched(async () => {
      const sum = await tasks.add.submit(tasks.double.submit(4), tasks.double.submit(5));
      const pids = new Set(await Promise.all(Array.from({ length: 20 }, () => tasks.pid.submit())));
      return { sum, all: await tasks.double.map([1, 2, 3]), few: pids.size <= 4 };
    }, there());
    expect(await result).toEqual({ sum: 18, all: [2, 4, 6], few: true });
  });

  test("a failure arrives as itself, with what the call printed", async () => {
    const { result, witness } = watched(() => tasks.prints.submit("woven").settled(), there());
    const { error } = (await result) as { error: Error };
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe("as asked");
    expect(error.stack).toContain("tasks.mjs");
    expect(witness.of("output").map(({ text }) => text)).toEqual(["woven\n"]);
  });

  test("what a call says is heard while it runs", async () => {
    const line = await channel();
    const { result, witness } = watched(() => tasks.speaks.submit(line.address), there());
    await line.reached("speaking");
    while (witness.of("progress").length === 0) await new Promise(setImmediate);
    expect(witness.of("output").map(({ text }) => text)).toEqual(["said while it runs\n"]);
    line.passAll();
    await result;
    expect(witness.of("log").map(({ message }) => message)).toEqual(["logged"]);
  });

  test("a call that obeys is cancelled, one that does not loses its worker, one that waits is not begun", async () => {
    const line = await channel();
    const { result } = watched(async () => {
      const obeys = tasks.obeys.submit(line.address);
      const spins = tasks.spins.submit(line.address);
      await line.reached("obeys");
      while (!line.heard.some(point => point.startsWith("spins "))) await new Promise(setImmediate);
      const waits = tasks.double.submit(1);
      for (const future of [waits, spins, obeys]) future.cancel("enough");
      const states = await Promise.all([obeys, spins, waits].map(future => future.wait()));
      // The slots are free again.
      return { states, then: await tasks.double.map([1, 2, 3]) };
    }, there());
    expect(await result).toEqual({ states: ["cancelled", "cancelled", "cancelled"], then: [2, 4, 6] });
    const spinning = line.heard.find(point => point.startsWith("spins "))!;
    await gone(spinning.slice(6));
  });

  test("a time-out ends a call that keeps its thread busy", async () => {
    const line = await channel();
    const body = () => tasks.spins.with({ timeout: "1s" }).submit(line.address).wait();
    expect(await run(there(), body)).toBe("timedOut");
    await gone(...line.heard.map(point => point.slice(6)));
  });

  test("the end of a Node worker is the crash of its call", async () => {
    const { result } = watched(async () => {
      const died = await tasks.dies.submit().settled();
      return { died, once: await tasks.diesOnce.submit() };
    }, there());
    const { died, once } = (await result) as { died: { error: Error }; once: string };
    expect(once).toBe("lives");
    expect(died.error).toMatchObject({ code: "CRASHED", message: expect.stringContaining("signal SIGKILL") });
  });

  test("calls that wait for what they call leave their CPUs", async () => {
    const numbers = [[1, 2], [3], [4, 5, 6], [7]];
    expect(await run(there(), () => tasks.sumOfDoubles.map(numbers))).toEqual([6, 6, 30, 14]);
  });

  test("a task that waits time after time", async () => {
    expect(await run(there(), () => tasks.sumOneByOne.submit([1, 2, 3]))).toBe(12);
  });

  test("a Node worker that ends while it is idle is nobody's crash", async () => {
    const line = await channel();
    const { result, witness } = watched(async () => {
      for (const round of [1, 2, 3]) {
        const left = await tasks.leaves.submit(line.address);
        await line.reached("leaving", round);
        line.passAll();
        await gone(left);
        await tasks.double.submit(round);
      }
    }, there());
    await result;
    expect(witness.of("failed")).toEqual([]);
  });

  test("a call that does not read what it is told is cancelled all the same", async () => {
    const line = await channel();
    const { result, witness } = watched(async () => {
      const deaf = tasks.deaf.submit(line.address);
      // What it called has ended, and it is told so.
      while (witness.of("completed").length === 0) await new Promise(setImmediate);
      expect(await tasks.double.submit(1)).toBe(2);
      deaf.cancel("enough");
      return deaf.wait();
    }, there());
    expect(await result).toBe("cancelled");
    await gone(...line.heard.map(point => point.slice(5)));
  });

  test("a worker of Ray's that is killed: its call is run again, at no cost", async () => {
    const line = await channel();
    const { result, witness } = watched(() => tasks.waitsFor.submit(line.address, "waiting"), there());
    await line.reached("waiting");
    const [before] = processesWith("ray::waitsFor");
    while (witness.of("workerStarted").length === 0) await new Promise(setImmediate);
    process.kill(Number(before), "SIGKILL");
    await line.reached("waiting", 2);
    line.passAll();
    const { parent } = (await result) as { parent: number };
    expect(String(parent)).not.toBe(before);
    expect(witness.of("restarted")).toHaveLength(1);
  });

  test("a result that is not small stays there, and goes to other calls from there", async () => {
    const bridge = () => bridges()[0]!;
    const { result } = watched(async () => {
      await tasks.double.submit(1);
      const before = ownOf(bridge());
      const weight = await tasks.weigh.submit(tasks.heavy.submit(100), tasks.heavy.submit(101));
      return { weight, grew: ownOf(bridge()) - before };
    }, there());
    const { weight, grew } = (await result) as { weight: number[][]; grew: number };
    expect(weight).toEqual([
      [100 * 2 ** 20, 100, 100],
      [101 * 2 ** 20, 101, 101],
    ]);
    expect(grew).toBeLessThan(32 * 2 ** 20);
  });

  test("it is brought when the flow reads it, or another runner", async () => {
    const { result } = watched(async () => {
      const heavy = tasks.heavy.submit(1);
      const text = tasks.text.submit(100_000);
      const here = tasks.lengths.with({ runner: threads({ workers: 1 }) }).submit(text, heavy);
      const there = await tasks.lengths.submit(text, heavy);
      const again = await tasks.lengths.submit(text, heavy);
      return [await here, there, again, (await heavy).length, (await text).length];
    }, there());
    const lengths = [100_000, 2 ** 20];
    expect(await result).toEqual([lengths, lengths, lengths, 2 ** 20, 100_000]);
  });

  test("code that is not there is sent", async () => {
    const [project, shelf] = [folder(), folder()];
    mkdirSync(join(project, "node_modules"));
    symlinkSync(fileURLToPath(new URL("../..", import.meta.url)), join(project, "node_modules/heddle"));
    writeFileSync(join(project, "word.mjs"), 'export const word = "woven";');
    writeFileSync(
      join(project, "tasks.mjs"),
      'import { task } from "heddle"; import { word } from "./word.mjs"; export const source = task("source", () => [word, import.meta.url]);',
    );
    const { source } = (await import(join(project, "tasks.mjs"))) as { source: Task<[], string[]> };
    const found = await run(there({ code: "send", env: { HEDDLE_CODE: shelf } }), () => source.submit());
    expect(found).toEqual(["woven", expect.stringMatching(new RegExp(`^file://${shelf}/.*/tasks\\.mjs$`))]);
  });

  test("what is lost with the node that held it is computed again", async () => {
    const holder = await node({ resources: { HOLD: 1 } });
    const { result } = watched(
      async () => {
        const heavy = tasks.heavy.with({ labels: ["hold"] }).submit(1);
        await heavy.wait();
        await node({ resources: { HOLD: 1 } });
        await holder.remove();
        return tasks.weigh.submit(heavy);
      },
      there({ resources: { hold: "HOLD" } }),
    );
    expect(await result).toEqual([[2 ** 20, 1, 1]]);
  });

  test("labels are what Ray gives out, where they wait for nodes: CPUs, GPUs with their names, memory, resources of its own", async () => {
    // As `ray start` tells it on a node of its cluster.
    vi.stubEnv("RAY_ADDRESS", cluster.address);
    onTestFinished(() => void vi.unstubAllEnvs());
    const line = await channel();
    const wide = tasks.stays.with({ labels: { cpu: 2 } });
    const left = tasks.stays.with({ labels: ["left"] });
    const { result } = watched(
      async () => {
        await tasks.double.submit(1);
        const waits = tasks.double.with({ labels: ["left"] }).submit(2);
        await node({ num_cpus: 1, num_gpus: 2, resources: { LEFT: 1 } });
        const device = await tasks.devices.submit();
        for (const [point, one] of [
          ["wide", wide],
          ["left", left],
        ] as const) {
          line.pass(point);
          await Promise.all([one.submit(line.address, point), one.submit(line.address, point)]);
        }
        const woven = await tasks.variable.with({ labels: { bytes: 2 ** 20 } }).submit("WOVEN");
        return { device, woven, waited: await waits };
      },
      there({
        address: "auto",
        namespace: "woven",
        runtimeEnv: { env_vars: { WOVEN: "yes" } },
        grows: true,
        resources: { gpu: "num_gpus", cpu: "num_cpus", left: "LEFT", bytes: "memory" },
      }),
    );
    expect(await result).toEqual({ device: expect.stringMatching(/^[01]$/), woven: "yes", waited: 4 });
    expect(line.heard.filter(point => point === "in" || point === "out")).toEqual(
      Array.from({ length: 4 }, () => ["in", "out"]).flat(),
    );
  });

  test("what waits for a node of its own is cancelled: it does not begin when there is one", async () => {
    const line = await channel();
    const { result } = watched(
      async () => {
        await tasks.double.submit(1);
        const left = tasks.counted.with({ labels: ["left"] });
        // It is looked for a node, or none is found, or Ray has the call.
        for (let turns = 0; turns < 64; turns += 1) {
          const call = left.submit(line.address, turns);
          for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
          call.cancel("enough");
          expect(await call.wait()).toBe("cancelled");
        }
        await node({ num_cpus: 1, resources: { LEFT: 1 } });
        return left.submit(line.address, 64);
      },
      there({ grows: true, resources: { left: "LEFT" } }),
    );
    expect(await result).toBe(64);
    expect(line.heard).toEqual(["begun 64"]);
  });

  test("the bridge is killed: what was under way is run again by another", async () => {
    const line = await channel();
    const { result, witness } = watched(() => tasks.waitsFor.submit(line.address, "bridged"), there());
    await line.reached("bridged");
    for (const bridge of bridges()) process.kill(bridge, "SIGKILL");
    await line.reached("bridged", 2);
    line.passAll();
    await result;
    expect(witness.of("restarted")).toHaveLength(1);
  });

  test("another run soon after has the bridge and Ray's workers, and nothing of the one before", async () => {
    const line = await channel();
    const spinning = () => line.heard.filter(point => point.startsWith("spins ")).map(point => point.slice(6));
    /** A call in each worker. */
    const everywhere = async (point: string) => {
      const calls = Array.from({ length: 2 }, () => tasks.waitsFor.submit(line.address, point));
      await line.reached(point, 2);
      line.pass(point);
      return (await Promise.all(calls)) as { pid: number; parent: number }[];
    };
    const heard: { pid: number; parent: number }[] = [];
    const first = watched(async () => {
      heard.push(...(await everywhere("first")));
      await tasks.heavy.submit(1).wait();
      // As many as there are CPUs, and one that waits, are left to the end of the run.
      await Promise.all([0, 1, 2].map(() => tasks.spins.submit(line.address)));
    }, there());
    while (spinning().length < 2) await new Promise(setImmediate);
    const before = bridges();
    first.interrupt();
    await expect(first.result).rejects.toMatchObject({ code: "INTERRUPTED" });
    await gone(...spinning(), ...heard.map(({ pid }) => pid));
    const again = (await run(there(), () => everywhere("second"))) as typeof heard;
    expect(bridges()).toEqual(before);
    expect(spinning()).toHaveLength(2);
    expect(new Set(again.map(({ parent }) => parent))).toEqual(new Set(heard.map(({ parent }) => parent)));
    for (const bridge of before) process.kill(bridge, "SIGKILL");
    expect(await run(there(), () => tasks.double.submit(2))).toBe(4);
  });

  test("a resource that no node has is said", async () => {
    const options = there({ resources: { gpu: "TPU" } });
    await expect(run(options, () => tasks.needsGpu.submit(1))).rejects.toMatchObject({
      code: "CLUSTER_CALL",
      message: expect.stringMatching(/none of the \d nodes has TPU: 1/),
    });
  });

  test("without Node on the workers", async () => {
    const failure = run(there({ node: "/no/such/node" }), () => tasks.double.submit(1));
    await expect(failure).rejects.toMatchObject({
      code: "CLUSTER_CALL",
      message: expect.stringContaining("/no/such/node: No such file"),
    });
  });

  test("a Node that is no worker", async () => {
    const failure = run(there({ node: "/bin/false" }), () => tasks.double.submit(1));
    await expect(failure).rejects.toMatchObject({
      code: "CLUSTER_CALL",
      message: expect.stringContaining("ended with exit code 1 before it was a worker"),
    });
  });

  test("an address where nobody listens, and one where nobody answers", async () => {
    const closed = ray({ address: "127.0.0.1:9", python: program });
    await expect(run({ runner: closed }, () => tasks.double.submit(1))).rejects.toMatchObject({
      code: "CLUSTER",
      message: expect.stringContaining("127.0.0.1:9: [Errno 111] Connection refused"),
    });
    const mute = createServer();
    await new Promise<void>(resolve => mute.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void mute.close());
    const { port } = mute.address() as AddressInfo;
    const silent = ray({ address: `127.0.0.1:${port}`, python: program, timeout: "1s" });
    await expect(run({ runner: silent }, () => tasks.double.submit(1))).rejects.toMatchObject({
      code: "CLUSTER",
      message: expect.stringContaining("has not answered for 1 s"),
    });
  });

  test("another version than the cluster's", async () => {
    const older = sh(
      `shift; exec ${program} -c 'import ray, runpy, sys; ray.__version__ = "2.0.0"; del sys.argv[0]; sys.path.insert(0, sys.argv[0].rpartition("/")[0]); runpy.run_path(sys.argv[0], run_name="__main__")' "$@"`,
    );
    await expect(run(there({ python: older }), () => tasks.double.submit(1))).rejects.toMatchObject({
      code: "CLUSTER",
      message: expect.stringMatching(/ersion mismatch[\s\S]*2\.0\.0/),
    });
  });

  test("a cluster of this machine's own is closed at the end", async () => {
    const own = ray({ workers: 1, python: program });
    const { pid, sum } = (await run({ runner: own }, async () => ({
      pid: await tasks.pid.submit(),
      sum: await tasks.add.submit(1, 2),
    }))) as { pid: number; sum: number };
    expect(sum).toBe(3);
    await gone(pid);
  });

  describe("short calls", () => {
    shortCalls(there);
    interrupted(() => `ray(${JSON.stringify({ address: cluster.address, python: program })})`);

    test("a worker of Ray's is killed in the middle: what had ended is not run again", async () => {
      const line = await channel();
      const log = join(folder(), "log");
      const numbers = Array.from({ length: 40 }, (_, n) => n);
      const { result, witness } = watched(async () => {
        await Promise.all(numbers.map(n => short.submit(`${log}-before`, n)));
        const calls = numbers.map(n => short.submit(log, n, n === 7 ? "isHeld" : "ends", line.address));
        await line.reached("held 7");
        await Promise.all(calls.filter((_, n) => n !== 7));
        for (const pid of processesWith("ray::short")) process.kill(Number(pid), "SIGKILL");
        await line.reached("held 7", 2);
        line.passAll();
        await Promise.all(calls);
      }, there());
      await result;
      const ran = readFileSync(log, "utf8").trim().split("\n").map(Number);
      expect(numbers.map(n => ran.filter(one => one === n).length)).toEqual(numbers.map(n => (n === 7 ? 2 : 1)));
      expect(witness.of("restarted")).toHaveLength(1);
    });
  });

  test("a cluster that was running before is left running", async () => {
    expect(await run(there(), () => tasks.double.submit(2))).toBe(4);
  });

  describe("cases", async () => {
    onlyOnRay((workers, concurrency) => {
      const { runner } = there();
      return workers === undefined ? runner : narrowed(runner, workers * concurrency);
    });
    for (const name of [
      "calls",
      "cancel",
      "captured",
      "failure",
      "late-results",
      "memory",
      "nested",
      "output",
      "retries",
    ]) {
      await import(`../cases/${name}.test.ts`);
    }
  });
});

describe("what is missing here", () => {
  test("Python", async () => {
    const failure = run({ runner: ray({ python: "no-such-python" }) }, () => tasks.double.submit(1));
    await expect(failure).rejects.toMatchObject({
      code: "CLUSTER",
      message: expect.stringContaining("no-such-python"),
    });
  });

  test("the package", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-bare-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const made = await runProgram("python3", ["-m", "venv", "--without-pip", folder]);
    expect(made.code).toBe(0);
    const failure = run({ runner: ray({ python: join(folder, "bin/python") }) }, () => tasks.double.submit(1));
    await expect(failure).rejects.toMatchObject({
      code: "CLUSTER",
      message: expect.stringMatching(/lacks what the bridge needs.*ray[\s\S]*-m pip install ray/),
    });
  });
});

/** The memory of a process that is its own, in bytes: a node's processes share that of its results. */
function ownOf(pid: number): number {
  return 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]);
}
