import { fileURLToPath } from "node:url";
import { FixedClusterPool, FixedThreadPool, WorkerChoiceStrategies } from "poolifier";

export const from = "poolifier";

/** With its queue, which holds calls back from workers that are full, it is a third faster than without. */
const short = {
  workerChoiceStrategy: WorkerChoiceStrategies.ROUND_ROBIN,
  enableEvents: false,
  enableTasksQueue: true,
  tasksQueueOptions: { concurrency: 1_000, taskStealing: false, tasksStealingOnBackPressure: false },
};
/** Where calls are long, stealing, its default, at times leaves a worker without any. */
const long = {
  ...short,
  workerChoiceStrategy: WorkerChoiceStrategies.LEAST_USED,
  tasksQueueOptions: { ...short.tasksQueueOptions, concurrency: 1 },
};

const on =
  (Pool, worker) =>
  async (measure, { work }) => {
    const settings = work === undefined ? short : long;
    const pool = new Pool(2, fileURLToPath(new URL(`./workers/${worker}`, import.meta.url)), settings);
    try {
      return await measure({ call: x => pool.execute(x, work) });
    } finally {
      await pool.destroy();
    }
  };

export const places = {
  threads: on(FixedThreadPool, "poolifier-thread.cjs"),
  processes: on(FixedClusterPool, "poolifier-cluster.cjs"),
};
