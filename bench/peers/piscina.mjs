import { FixedQueue, Piscina } from "piscina";

export const from = "piscina";

const inFlight = { atomics: "disabled", concurrentTasksPerWorker: 500 };

/** Several calls ahead at a worker pay where many wait. */
const settings = {
  mapped: { atomics: "sync", concurrentTasksPerWorker: 64 },
  inFlight,
  timed: inFlight,
  computing: { atomics: "sync", concurrentTasksPerWorker: 2 },
  idle: { atomics: "sync", concurrentTasksPerWorker: 1 },
};

/** Who names no function gets the default one, a no-op. */
const callOf = (pool, work) => (work === "noop" ? x => pool.run(x) : x => pool.run(x, { name: work }));

export const places = {
  threads: async (measure, { way, work = "noop" }) => {
    const pool = new Piscina({
      filename: new URL("./workers/function.mjs", import.meta.url).href,
      minThreads: 2,
      maxThreads: 2,
      maxQueue: Number.POSITIVE_INFINITY,
      recordTiming: false,
      // The default queue shifts an array, which takes long when 100,000 calls wait.
      taskQueue: new FixedQueue(),
      ...(settings[way] ?? settings.idle),
    });
    try {
      return await measure({ call: callOf(pool, work) });
    } finally {
      await pool.destroy();
    }
  },
};
