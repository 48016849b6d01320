import { fileURLToPath } from "node:url";
import workerpool from "workerpool";

export const from = "workerpool";

const on =
  workerType =>
  async (measure, { work = "noop" } = {}) => {
    const file = fileURLToPath(new URL("./workers/workerpool.mjs", import.meta.url));
    // Last in, first out, as its other queue shifts an array, which takes long when 100,000 calls wait.
    const pool = workerpool.pool(file, { workerType, minWorkers: 2, maxWorkers: 2, queueStrategy: "lifo" });
    try {
      return await measure({ call: x => pool.exec(work, [x]) });
    } finally {
      await pool.terminate();
    }
  };

export const places = { threads: on("thread"), processes: on("process") };
