/** A Dask cluster of the tests' own: a scheduler, and workers that can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { debianWith, type Python, pythonWith } from "./python.ts";

/** The Pythons that have it: PyPI's newest, and Debian's. */
export const pythons: readonly (readonly [string, Python | string])[] = [
  ["the newest", await pythonWith("distributed")],
  ["Debian's", await debianWith("distributed", "python3-distributed")],
];

export interface DaskCluster {
  readonly address: string;
  /** Starts a worker process with one thread; gives its process. */
  worker(...options: readonly string[]): Promise<ChildProcess>;
  readonly scheduler: ChildProcess;
  stop(): Promise<void>;
}

export async function startDask(python: string, workers = 2): Promise<DaskCluster> {
  const all: ChildProcess[] = [];
  const start = (module: string, options: readonly string[], sign: RegExp) => {
    const child = spawn(python, ["-m", `distributed.cli.${module}`, ...options], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    all.push(child);
    return said(child, sign).then(found => ({ child, found }));
  };
  const options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"];
  const { child: scheduler, found: address } = await start("dask_scheduler", options, /Scheduler at:\s+(tcp:\S+)/);
  const worker = async (...more: readonly string[]) => {
    const options = [
      "--nthreads",
      "1",
      "--no-nanny",
      "--no-dashboard",
      "--local-directory",
      "/tmp/heddle-dask",
      ...more,
    ];
    return (await start("dask_worker", [address, ...options], /Registered to:\s+(tcp:\S+)/)).child;
  };
  await Promise.all(Array.from({ length: workers }, () => worker()));
  return {
    address,
    worker,
    scheduler,
    async stop() {
      const living = all.filter(child => child.exitCode === null && child.signalCode === null);
      const ends = living.map(child => new Promise(resolve => child.once("exit", resolve)));
      for (const child of living) child.kill("SIGKILL");
      await Promise.all(ends);
    },
  };
}

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
