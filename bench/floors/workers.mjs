/** Two worker threads, for as long as `use` takes. `ask` sends a message to one of them and gives the answer. */
import { Worker } from "node:worker_threads";

export async function withWorkers(work, use) {
  const workers = [0, 1].map(() => new Worker(new URL("./thread.mjs", import.meta.url), { workerData: work }));
  try {
    return await use(workers);
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()));
  }
}

export const ask = (worker, message) =>
  new Promise(resolve => {
    worker.once("message", resolve);
    worker.postMessage(message);
  });
