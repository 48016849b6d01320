import { Tinypool } from "tinypool";

export const from = "tinypool";

/** Its default, one call at a time at each worker, is 2 to 3 times slower where many wait. */
const settings = {
  mapped: { concurrentTasksPerWorker: 1_000, useAtomics: false },
  inFlight: { concurrentTasksPerWorker: 500, useAtomics: false },
  idle: { concurrentTasksPerWorker: 1 },
};

const on = runtime => async (measure, way) => {
  const pool = new Tinypool({
    filename: new URL("./workers/function.mjs", import.meta.url).href,
    runtime,
    minThreads: 2,
    maxThreads: 2,
    ...settings[way],
  });
  try {
    return await measure({ call: x => pool.run(x) });
  } finally {
    await pool.destroy();
  }
};

export const places = { threads: on("worker_threads"), processes: on("child_process") };
