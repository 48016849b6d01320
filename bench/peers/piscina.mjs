import { FixedQueue, Piscina } from "piscina";

export const from = "piscina";

/** Several calls ahead at a worker pay where many wait. */
const settings = {
  mapped: { atomics: "sync", concurrentTasksPerWorker: 64 },
  inFlight: { atomics: "disabled", concurrentTasksPerWorker: 500 },
  idle: { atomics: "sync", concurrentTasksPerWorker: 1 },
};

export const places = {
  threads: async (measure, way) => {
    const pool = new Piscina({
      filename: new URL("./workers/function.mjs", import.meta.url).href,
      minThreads: 2,
      maxThreads: 2,
      maxQueue: Number.POSITIVE_INFINITY,
      recordTiming: false,
      // The default queue shifts an array, which takes long when 100,000 calls wait.
      taskQueue: new FixedQueue(),
      ...settings[way],
    });
    try {
      return await measure({ call: x => pool.run(x) });
    } finally {
      await pool.destroy();
    }
  },
};
