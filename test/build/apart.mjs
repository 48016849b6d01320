/** One build, in a thread of its own, as code is loaded once in a thread. */
import { parentPort, workerData } from "node:worker_threads";
import { inline, processes, threads } from "heddle";
import { build } from "heddle/build";

const { root, place, workers = 2 } = workerData;
const runner = { inline, threads: () => threads({ workers }), processes: () => processes({ workers }) }[place]();
const report = await build({ root, runner, quiet: true });
parentPort.postMessage({
  states: Object.fromEntries(report.targets.map(({ name, state }) => [name, state])),
  reasons: Object.fromEntries(report.targets.map(({ name, reasons, error }) => [name, error?.message ?? reasons])),
});
