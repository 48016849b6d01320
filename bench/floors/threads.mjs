/** Worker threads that get flat arrays of inputs and send back flat arrays of results; no promise, no name, no time. */
import { Worker } from "node:worker_threads";
import { chunks } from "./chunks.mjs";

export const from = "node";

export const places = {
  threads: async measure => {
    const workers = [0, 1].map(() => new Worker(new URL("./thread.mjs", import.meta.url)));
    const [first] = workers;
    const far = workers.map(worker => ({
      send: inputs => worker.postMessage(inputs),
      receive: listener => worker.on("message", listener),
      stop: listener => worker.off("message", listener),
    }));
    try {
      return await measure({
        call: x =>
          new Promise(resolve => {
            first.once("message", resolve);
            first.postMessage(x);
          }),
        ...chunks(far),
      });
    } finally {
      await Promise.all(workers.map(worker => worker.terminate()));
    }
  },
};
