/** Calls on real Dask clusters. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dask, run, threads } from "heddle";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { channel, folder, gone, watched } from "../commands/rig.ts";
import { short } from "../fixtures/clusters/short.mjs";
import * as tasks from "../fixtures/clusters/tasks.mjs";
import { bridges, bridgesOf, type DaskCluster, debians, dismiss, newest, startDask } from "./dask.ts";
import { runProgram } from "./debian.ts";
import { interrupted } from "./interrupted.ts";
import { shortCalls } from "./short-calls.ts";

const ALONE = fileURLToPath(new URL("../fixtures/clusters/alone.mjs", import.meta.url));

const pythons = [["the newest", await newest()] as const, ["Debian's", await debians()] as const];

describe.each(pythons)("dask, %s", (which, python) => {
  /** What the bridge does by itself is the same on every version. */
  const once = ((...given: Parameters<typeof test>) => {
    if (which === "the newest") test(...given);
  }) as typeof test;

  const { program } = typeof python === "string" ? { program: "" } : python;
  describe.skipIf(typeof python === "string")(typeof python === "string" ? python : python.version, () => {
    let cluster: DaskCluster;
    beforeAll(async () => {
      cluster = await startDask(program);
    });
    afterAll(() => cluster.stop());
    const there = (more = {}) => ({ runner: dask({ address: cluster.address, python: program, ...more }) });

    test("values go there and come back; a worker serves many calls", async () => {
      const { result } = watched(async () => {
        const sum = await tasks.add.submit(tasks.double.submit(4), tasks.double.submit(5));
        const pids = new Set(await Promise.all(Array.from({ length: 20 }, () => tasks.pid.submit())));
        return { sum, all: await tasks.double.map([1, 2, 3]), few: pids.size <= 2 };
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

    once("what a call says is heard while it runs", async () => {
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
        const spinning = new Promise(resolve => void line.reached("obeys").then(resolve));
        await spinning;
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

    once("a time-out ends a call that keeps its thread busy", async () => {
      const line = await channel();
      const body = () => tasks.spins.with({ timeout: "1s" }).submit(line.address).wait();
      expect(await run(there(), body)).toBe("timedOut");
      await gone(line.heard[0]!.slice(6));
    });

    once("the end of a Node worker is the crash of its call", async () => {
      const { result } = watched(async () => {
        const died = await tasks.dies.submit().settled();
        return { died, once: await tasks.diesOnce.submit() };
      }, there());
      const { died, once } = (await result) as { died: { error: Error }; once: string };
      expect(once).toBe("lives");
      expect(died.error).toMatchObject({ code: "CRASHED", message: expect.stringContaining("signal SIGKILL") });
    });

    test("calls that wait for what they call leave their threads", async () => {
      const numbers = [[1, 2], [3], [4, 5, 6], [7]];
      expect(await run(there(), () => tasks.sumOfDoubles.map(numbers))).toEqual([6, 6, 30, 14]);
    });

    once("a task that waits time after time", async () => {
      expect(await run(there(), () => tasks.sumOneByOne.submit([1, 2, 3]))).toBe(12);
    });

    once("a Node worker that ends while it is idle is nobody's crash", async () => {
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

    once("a call that does not read what it is told is cancelled all the same", async () => {
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

    once("calls that wait twice leave their thread once", async () => {
      expect(await run(there(), () => tasks.inTwoSteps.map([1, 2, 3, 4]))).toEqual([4, 8, 12, 16]);
    });

    test("a worker of Dask's that is killed: its call is run elsewhere, at no cost", async () => {
      const line = await channel();
      const doomed = await cluster.worker("--resources", "DOOM=1");
      onTestFinished(() => dismiss(doomed));
      const doom = tasks.waitsFor.with({ labels: ["doom"] });
      const { result, witness } = watched(
        () => doom.submit(line.address, "waiting"),
        there({ resources: { doom: "DOOM" } }),
      );
      await line.reached("waiting");
      const heir = await cluster.worker("--resources", "DOOM=1");
      onTestFinished(() => dismiss(heir));
      doomed.kill("SIGKILL");
      await line.reached("waiting", 2);
      line.passAll();
      expect(await result).toMatchObject({ parent: heir.pid });
      expect(witness.of("restarted")).toHaveLength(1);
    });

    test("a call is cancelled whose worker has died: it does not run elsewhere", async () => {
      const line = await channel();
      const doomed = await cluster.worker("--resources", "DOOM=1");
      const doom = tasks.waitsFor.with({ labels: ["doom"] });
      const { result, witness } = watched(
        async () => {
          const call = doom.submit(line.address, "first");
          await line.reached("first");
          while (witness.of("workerStarted").length === 0) await new Promise(setImmediate);
          doomed.kill("SIGKILL");
          await new Promise(resolve => doomed.once("exit", resolve));
          call.cancel("enough");
          expect(await call.wait()).toBe("cancelled");
          const heir = await cluster.worker("--resources", "DOOM=1");
          onTestFinished(() => dismiss(heir));
          line.pass("second");
          return doom.submit(line.address, "second");
        },
        there({ resources: { doom: "DOOM" } }),
      );
      expect(await result).toMatchObject({ pid: expect.any(Number) });
    });

    test("2 results of 100 MiB go from call to call, and neither the bridge nor this process sees them", async () => {
      const { result } = watched(async () => {
        await tasks.double.submit(1);
        // Also those that rest from other runs, one of which may end meanwhile.
        const processes = [...bridges(), process.pid];
        const before = processes.map(freshPeakOf);
        const weight = await tasks.weigh.submit(tasks.heavy.submit(100), tasks.heavy.submit(101));
        return { weight, grew: processes.map((pid, i) => peakOf(pid) - before[i]!) };
      }, there());
      const { weight, grew } = (await result) as { weight: number[][]; grew: number[] };
      expect(weight).toEqual([
        [100 * 2 ** 20, 100, 100],
        [101 * 2 ** 20, 101, 101],
      ]);
      expect(Math.max(...grew)).toBeLessThan(48 * 2 ** 20);
    });

    once("workers in folders that share nothing", async () => {
      const folders = [folder(), folder()];
      const names = ["ONE", "TWO"];
      const workers = await Promise.all(
        folders.map((path, i) => cluster.workerIn(path, "--resources", `${names[i]}=1`)),
      );
      onTestFinished(() => dismiss(...workers));
      const on = (label: string) => ({ labels: [label] });
      const { result } = watched(
        async () => {
          const made = tasks.heavy.with(on("one")).submit(1);
          return Promise.all([tasks.place.with(on("one")).submit(made), tasks.place.with(on("two")).submit(made)]);
        },
        there({ resources: { one: "ONE", two: "TWO" } }),
      );
      expect(await result).toEqual(folders.map(cwd => ({ cwd, given: 2 ** 20 })));
    });

    once("the next run has the bridge of the one before, for a moment", async () => {
      const during = () => run(there(), async () => ({ sum: await tasks.add.submit(1, 2), pids: bridges() }));
      const { pids } = await during();
      expect(await during()).toEqual({ sum: 3, pids });
      // Of what the run before left there, nothing harms the next one.
      process.kill(pids[0]!, "SIGKILL");
      expect(await during()).toMatchObject({ sum: 3 });
      await Promise.all(bridges().map(pid => gone(pid)));
    });

    once("it is brought when the flow reads it, or another runner", async () => {
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

    test("what is lost with the worker that held it is computed again", async () => {
      const line = await channel();
      const holder = await cluster.worker("--resources", "HOLD=1");
      const heir = await cluster.worker();
      onTestFinished(() => dismiss(holder, heir));
      const { result } = watched(
        async () => {
          const heavy = tasks.heavy.with({ labels: ["hold"] }).submit(1);
          await heavy.wait();
          const other = await cluster.worker("--resources", "HOLD=1");
          onTestFinished(() => dismiss(other));
          const gone = new Promise(resolve => holder.once("exit", resolve));
          holder.kill("SIGKILL");
          await gone;
          return tasks.weigh.submit(heavy);
        },
        there({ resources: { hold: "HOLD" } }),
      );
      line.passAll();
      expect(await result).toEqual([[2 ** 20, 1, 1]]);
    });

    once("the bridge is killed: what was under way is run again by another", async () => {
      const line = await channel();
      const { result, witness } = watched(() => tasks.waitsFor.submit(line.address, "bridged"), there());
      await line.reached("bridged");
      process.kill(bridges()[0]!, "SIGKILL");
      await line.reached("bridged", 2);
      line.passAll();
      await result;
      expect(witness.of("restarted")).toHaveLength(1);
    });

    test("a resource that no worker has is said", async () => {
      const options = there({ resources: { gpu: "GPU" } });
      const failure = run(options, () => tasks.needsGpu.submit(1));
      await expect(failure).rejects.toMatchObject({
        code: "CLUSTER_CALL",
        message: expect.stringMatching(/none of the \d workers has GPU: 1/),
      });
    });

    once("without Node on the workers", async () => {
      const failure = run(there({ node: "/no/such/node" }), () => tasks.double.submit(1));
      await expect(failure).rejects.toMatchObject({
        code: "CLUSTER_CALL",
        message: expect.stringContaining("/no/such/node: No such file"),
      });
    });

    once("a Node that is no worker", async () => {
      const failure = run(there({ node: "/bin/false" }), () => tasks.double.submit(1));
      await expect(failure).rejects.toMatchObject({
        code: "CLUSTER_CALL",
        message: expect.stringContaining("ended with exit code 1 before it was a worker"),
      });
    });

    once("an address that is none", async () => {
      const runner = dask({ address: "http://127.0.0.1:9", python: program });
      const failure = run({ runner }, () => tasks.double.submit(1));
      await expect(failure).rejects.toMatchObject({
        code: "CLUSTER",
        message: expect.stringMatching(/http:\/\/127\.0\.0\.1:9: ValueError: unknown address scheme.*\n.*listens/),
      });
    });

    once("an address that does not answer", async () => {
      const runner = dask({ address: "tcp://127.0.0.1:9", python: program, timeout: "1s" });
      const failure = run({ runner }, () => tasks.double.submit(1));
      await expect(failure).rejects.toMatchObject({
        code: "CLUSTER",
        message: expect.stringContaining("127.0.0.1:9"),
      });
    });

    once(
      "an address where somebody listens and never answers, and a coordinator that is killed meanwhile",
      async () => {
        const mute = createServer(() => {});
        await new Promise<void>(resolve => mute.listen(0, "127.0.0.1", resolve));
        onTestFinished(() => void mute.close());
        const address = `tcp://127.0.0.1:${(mute.address() as AddressInfo).port}`;
        const runner = dask({ address, python: program, timeout: "1s" });
        const failure = run({ runner }, () => tasks.double.submit(1));
        await expect(failure).rejects.toMatchObject({ code: "CLUSTER", message: expect.stringContaining(address) });

        const connected = new Promise(resolve => mute.once("connection", resolve));
        const env = { ...process.env, ADDRESS: address, PYTHON: program, NODE_ENV: undefined, VITEST: undefined };
        const lost = spawn(process.execPath, [ALONE], { env, stdio: "ignore" });
        await connected;
        const bridge = bridgesOf(lost.pid!);
        expect(bridge).toHaveLength(1);
        lost.kill("SIGKILL");
        await gone(...bridge);
      },
    );

    test("a cluster of this machine's own, and one by a factory, are closed at the end", async () => {
      const own = dask({ workers: 1, python: program });
      expect(await run({ runner: own }, () => tasks.double.map([1, 2]))).toEqual([2, 4]);
      const made = { factory: "distributed:LocalCluster", options: { n_workers: 1, dashboard_address: null } };
      const { pid } = (await run({ runner: dask({ cluster: made, python: program }) }, async () => ({
        pid: await tasks.pid.submit(),
      }))) as { pid: number };
      await gone(pid);
    });

    describe("short calls", () => {
      shortCalls(there);
      interrupted(() => `dask(${JSON.stringify({ address: cluster.address, python: program })})`);

      test("a worker of Dask's is killed in the middle: what had ended is not run again", async () => {
        const line = await channel();
        const doomed = await cluster.worker("--resources", "DOOM=1");
        onTestFinished(() => dismiss(doomed));
        const log = join(folder(), "log");
        const numbers = Array.from({ length: 40 }, (_, n) => n);
        const doom = short.with({ labels: ["doom"] });
        const { result, witness } = watched(
          async () => {
            await Promise.all(numbers.map(n => doom.submit(`${log}-before`, n)));
            const calls = numbers.map(n => doom.submit(log, n, n === 7 ? "isHeld" : "ends", line.address));
            await Promise.all(calls.slice(0, 7));
            await line.reached("held 7");
            const heir = await cluster.worker("--resources", "DOOM=1");
            onTestFinished(() => dismiss(heir));
            doomed.kill("SIGKILL");
            await line.reached("held 7", 2);
            line.passAll();
            await Promise.all(calls);
          },
          there({ resources: { doom: "DOOM" } }),
        );
        await result;
        const ran = readFileSync(log, "utf8").trim().split("\n").map(Number);
        expect(numbers.slice(0, 8).map(n => ran.filter(one => one === n).length)).toEqual([1, 1, 1, 1, 1, 1, 1, 2]);
        expect(witness.of("retrying")).toEqual([]);
      });
    });

    once("a cluster that was running before is left running", async () => {
      expect(cluster.scheduler.exitCode).toBe(null);
      expect(await run(there(), () => tasks.double.submit(2))).toBe(4);
    });
  });
});

describe("versions that differ", () => {
  const [[, latest], [, old]] = pythons as [(typeof pythons)[0], (typeof pythons)[1]];
  const program = (python: typeof latest) => (typeof python === "string" ? "" : python.program);
  const missing = [latest, old].find(python => typeof python === "string");

  test.skipIf(missing !== undefined).each([
    ["an old bridge and a new cluster", program(old), program(latest)],
    ["a new bridge and an old cluster", program(latest), program(old)],
  ])("of distributed: %s", async (_, bridge, cluster) => {
    const { address, stop } = await startDask(cluster, 1);
    onTestFinished(stop);
    const failure = run({ runner: dask({ address, python: bridge }) }, () => tasks.double.submit(1));
    await expect(failure).rejects.toMatchObject({
      code: "CLUSTER",
      message: expect.stringMatching(
        /the bridge has distributed \S+, and the scheduler has \S+,[\s\S]*the Python that the cluster has/,
      ),
    });
  });

  test.skipIf(typeof latest === "string")("of Python, on a worker", async () => {
    const { address, worker, stop } = await startDask(program(latest), 0);
    onTestFinished(stop);
    const place = mkdtempSync(join(tmpdir(), "heddle-python-"));
    onTestFinished(() => rmSync(place, { recursive: true }));
    // There is one Python here; the worker says that its is another one.
    const says = `
import distributed.versions as v
v.real = getattr(v, "real", v.get_system_info)
v.get_system_info = lambda: {**v.real(), "python": "3.9.1.final.0"}
`;
    writeFileSync(join(place, "other_python.py"), says);
    await worker("--preload", join(place, "other_python.py"));
    const failure = run({ runner: dask({ address, python: program(latest) }) }, () => tasks.double.submit(1));
    await expect(failure).rejects.toMatchObject({
      code: "CLUSTER",
      message: expect.stringMatching(/the bridge has Python 3\.\d+, and the worker \S+ has 3\.9/),
    });
  });
});

describe("what is missing here", () => {
  test("Python", async () => {
    const runner = dask({ python: "no-such-python" });
    const failure = run({ runner }, () => tasks.double.submit(1));
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
    const failure = run({ runner: dask({ python: join(folder, "bin/python") }) }, () => tasks.double.submit(1));
    await expect(failure).rejects.toMatchObject({
      code: "CLUSTER",
      message: expect.stringMatching(/lacks what the bridge needs.*distributed[\s\S]*-m pip install distributed/),
    });
  });

  test("a factory", async () => {
    const [, found] = pythons[0]!;
    const python = typeof found === "string" ? "python3" : found.program;
    const runner = dask({ python, cluster: { factory: "no_such_module:Cluster" } });
    await expect(run({ runner }, () => tasks.double.submit(1))).rejects.toMatchObject({ code: "CLUSTER" });
  });
});

/** What a process has in memory, in bytes, from which its peak counts anew. */
function freshPeakOf(pid: number): number {
  if (existsSync(`/proc/${pid}`)) writeFileSync(`/proc/${pid}/clear_refs`, "5");
  return peakOf(pid);
}

/** The most memory that a process has had, in bytes; 0 for one that has ended. */
function peakOf(pid: number): number {
  try {
    return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
