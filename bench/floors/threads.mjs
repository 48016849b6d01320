/** Worker threads that get flat arrays of inputs and send back flat arrays of results; no promise, no name, no time. */
import { chunks } from "./chunks.mjs";
import { ask, withWorkers } from "./workers.mjs";

export const from = "node";

export const places = {
  threads: (measure, { work } = {}) =>
    withWorkers(work, workers => {
      const far = workers.map(worker => ({
        send: inputs => worker.postMessage(inputs),
        receive: listener => worker.on("message", listener),
        stop: listener => worker.off("message", listener),
      }));
      return measure({ call: x => ask(workers[0], x), ...chunks(far) });
    }),
};
