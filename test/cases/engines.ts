/** Engines beyond this process, as places of cases. They serve one file at a time, so that no case waits for another. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dask, type Runner, redis } from "heddle";
import { sharedDask } from "../engines/dask.ts";
import { sharedRedis } from "../engines/redis.ts";
import { daemon, seat, shared } from "../engines/shared.ts";

export type EngineName = "redis" | "dask";

/** Gives a runner with so many workers that have so many calls at once; for engines, it is the product that counts. */
export type MakeRunner = (workers: number | undefined, concurrency: number) => Runner | string;

/** As many calls as a case has running at once. */
const SLOTS = 20;

/** Starts what is needed where that was not done yet; gives a reason where that is not possible. */
export const engines: Readonly<Record<EngineName, () => Promise<MakeRunner | string>>> = {
  async redis() {
    const server = await sharedRedis();
    if (typeof server === "string") return server;
    const place = { url: server.url, prefix: `cases-${seat}`, lease: 5_000 };
    await shared(`worker-${seat}`, () => startWorker(redis(place)));
    return (workers, concurrency) => redis(workers === undefined ? place : { ...place, calls: workers * concurrency });
  },
  async dask() {
    const cluster = await sharedDask(`dask-${seat}`, SLOTS);
    if (typeof cluster === "string") return cluster;
    return (workers, concurrency) => {
      const runner = dask(cluster);
      return workers === undefined ? runner : narrowed(runner, workers * concurrency);
    };
  },
};

/** A worker that knows the tasks of all cases. */
async function startWorker(queue: string): Promise<string> {
  const fixtures = fileURLToPath(new URL("../fixtures/cases/", import.meta.url));
  const modules = readdirSync(fixtures).filter(name => name.endsWith("tasks.mjs"));
  const heddle = fileURLToPath(new URL("../../dist/cli/heddle.js", import.meta.url));
  const parameters = ["worker", ...modules.map(name => fixtures + name), "-n", String(SLOTS)];
  const env = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_|TEST$)/.test(name));
  return daemon(
    `worker-${seat}`,
    /at once/,
    [process.execPath, heddle, ...parameters, "--concurrency", String(SLOTS)],
    { ...Object.fromEntries(env), HEDDLE_QUEUE: queue },
  );
}

/** The same cluster as if it were smaller. */
export function narrowed(runner: Runner, atOnce: number, known = new Map<Runner, Runner>()): Runner {
  const narrow: Runner = {
    ...runner,
    workers: atOnce,
    fitted(labels) {
      const fit = runner.fitted!(labels);
      return known.get(fit) ?? narrowed(fit, atOnce, known);
    },
    open(host) {
      const slots = () => host.slots(atOnce, atOnce);
      return runner.open(new Proxy(host, { get: (of, key) => (key === "slots" ? slots : Reflect.get(of, key)) }));
    },
  };
  known.set(runner, narrow);
  return narrow;
}
