/** A Dask cluster of the tests' own: a scheduler, and workers that can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { bridgesIn } from "./bridges.ts";
import { debianWith, type Python, pythonWith } from "./python.ts";
import { daemon, shared } from "./shared.ts";

/** PyPI's newest. */
export const newest = (): Promise<Python | string> => pythonWith("distributed");
/** Debian's, which is old. */
export const debians = (): Promise<Python | string> => debianWith("distributed", "python3-distributed");

const SCHEDULING = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"];
const SCHEDULER = /Scheduler at:\s+(tcp:\S+)/;
const WORKING = ["--no-nanny", "--no-dashboard", "--local-directory", "/tmp/heddle-dask"];
const WORKER = /Registered to:\s+(tcp:\S+)/;

/** An idle cluster looks at itself all the time, which takes a tenth of a processor from the tests beside it. */
const QUIET = {
  DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL: "10s",
  DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL: "5s",
  DASK_DISTRIBUTED__WORKER__PROFILE__CYCLE: "100s",
  DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED: "False",
  DASK_DISTRIBUTED__WORKER__PROFILE__INTERVAL: "10s",
};

export interface DaskCluster {
  readonly address: string;
  /** Starts a worker process with one thread; gives its process. */
  worker(...options: readonly string[]): Promise<ChildProcess>;
  /** One that has this folder, and what it writes lies there. */
  workerIn(folder: string, ...options: readonly string[]): Promise<ChildProcess>;
  readonly scheduler: ChildProcess;
  /** Another scheduler in the place of one that was killed; it knows nothing. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

export async function startDask(python: string, workers = 2): Promise<DaskCluster> {
  const all: ChildProcess[] = [];
  const start = (module: string, options: readonly string[], sign: RegExp, cwd = process.cwd()) => {
    const child = spawn(python, ["-m", `distributed.cli.${module}`, ...options], {
      stdio: ["ignore", "ignore", "pipe"],
      cwd,
      env: { ...process.env, ...QUIET },
    });
    all.push(child);
    return said(child, sign).then(found => ({ child, found }));
  };
  const { child: scheduler, found: address } = await start("dask_scheduler", SCHEDULING, SCHEDULER);
  const worker = async (...more: readonly string[]) => {
    const options = [address, ...WORKING, "--nthreads", "1", ...more];
    return (await start("dask_worker", options, WORKER)).child;
  };
  const workerIn = async (folder: string, ...more: readonly string[]) => {
    const options = [address, ...WORKING, "--nthreads", "1", "--local-directory", folder, ...more];
    return (await start("dask_worker", options, WORKER, folder)).child;
  };
  await Promise.all(Array.from({ length: workers }, () => worker()));
  return {
    address,
    worker,
    workerIn,
    scheduler,
    async revive() {
      const port = new URL(address).port;
      await start("dask_scheduler", ["--host", "127.0.0.1", "--port", port, "--no-dashboard"], SCHEDULER);
    },
    async stop() {
      const living = all.filter(child => child.exitCode === null && child.signalCode === null);
      const ends = living.map(child => new Promise(resolve => child.once("exit", resolve)));
      for (const child of living) child.kill("SIGKILL");
      await Promise.all(ends);
    },
  };
}

export interface SharedDask {
  readonly address: string;
  readonly python: string;
}

/** A cluster of one process with so many threads, which all files share; a reason where there is none. */
export function sharedDask(name: string, threads: number): Promise<SharedDask | string> {
  return shared(name, async () => {
    const python = await newest();
    if (typeof python === "string") return python;
    const { program } = python;
    const start = (part: string, sign: RegExp, ...args: string[]) =>
      daemon(`${name}-${part}`, sign, [program, "-m", `distributed.cli.dask_${part}`, ...args], {
        ...process.env,
        ...QUIET,
      });
    const address = await start("scheduler", SCHEDULER, ...SCHEDULING);
    await start("worker", WORKER, address, ...WORKING, "--nthreads", String(threads));
    return { address, python: program };
  });
}

/** The bridges that this process has. */
export const bridges = (): number[] => bridgesOf(process.pid);

export const bridgesOf = (parent: number): number[] => bridgesIn("heddle_dask.py", parent);

/** Resolves to what the expression finds in what a program says. */
function said(child: ChildProcess, sign: RegExp): Promise<string> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stderr! }).on("line", line => {
      lines.push(line);
      const found = sign.exec(line);
      if (found !== null) resolve(found[1]!);
    });
    child.on("error", reject);
    child.on("exit", code => reject(new Error(`it ended with ${code}: ${lines.slice(-20).join("\n")}`)));
  });
}

/**
 * Lets workers leave their cluster. One that is killed, the scheduler may still take for alive for a moment; it then waits
 * for it for half a minute when the next run asks something of all workers.
 */
export async function dismiss(...workers: readonly ChildProcess[]): Promise<void> {
  const living = workers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  const ends = living.map(worker => new Promise(resolve => worker.once("exit", resolve)));
  for (const worker of living) worker.kill("SIGTERM");
  await Promise.all(ends);
}
