import { Tinypool } from "tinypool";

export const from = "tinypool";

const inFlight = { concurrentTasksPerWorker: 500, useAtomics: false };

/** Its default, one call at a time at each worker, is 2 to 3 times slower where many wait. */
const settings = {
  mapped: { concurrentTasksPerWorker: 1_000, useAtomics: false },
  inFlight,
  timed: inFlight,
  computing: { concurrentTasksPerWorker: 2 },
  idle: { concurrentTasksPerWorker: 1 },
};

/** Its default queue shifts an array, which takes long when 100,000 calls wait. */
class Queue {
  #tasks = [];
  #head = 0;

  get size() {
    return this.#tasks.length - this.#head;
  }

  push(task) {
    this.#tasks.push(task);
  }

  shift() {
    const task = this.#tasks[this.#head++];
    if (this.#head < this.#tasks.length) return task;
    this.#tasks = [];
    this.#head = 0;
    return task;
  }

  remove() {}
  cancel() {}
}

/** Who names no function gets the default one, a no-op. */
const callOf = (pool, work) => (work === "noop" ? x => pool.run(x) : x => pool.run(x, { name: work }));

const on =
  runtime =>
  async (measure, { way, work = "noop" }) => {
    const pool = new Tinypool({
      filename: new URL("./workers/function.mjs", import.meta.url).href,
      runtime,
      minThreads: 2,
      maxThreads: 2,
      taskQueue: new Queue(),
      ...(settings[way] ?? settings.idle),
    });
    try {
      return await measure({ call: callOf(pool, work) });
    } finally {
      await pool.destroy();
    }
  };

export const places = { threads: on("worker_threads"), processes: on("child_process") };
