/** One build, in a thread of its own, as code is loaded once in a thread. */
import { parentPort, workerData } from "node:worker_threads";
import { inline, processes, threads } from "heddle";
import { build } from "heddle/build";

const { root, place } = workerData;
const runner = { inline, threads: () => threads({ workers: 2 }), processes: () => processes({ workers: 2 }) }[place]();
const report = await build({ root, runner, quiet: true });
parentPort.postMessage({
  states: Object.fromEntries(report.targets.map(({ name, state }) => [name, state])),
  reasons: Object.fromEntries(report.targets.map(({ name, reasons, error }) => [name, error?.message ?? reasons])),
});
