/** A thread for each flow, all of whose inputs it gets in one message. */
import { ask, withWorkers } from "./workers.mjs";

export const from = "node";

export const places = {
  threads: (measure, { work }) =>
    withWorkers(work, workers => {
      const idle = [...workers];
      return measure({
        flow: async inputs => {
          const worker = idle.pop();
          const results = await ask(worker, inputs);
          idle.push(worker);
          return results;
        },
      });
    }),
};
