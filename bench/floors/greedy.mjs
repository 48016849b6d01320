/** Whoever is free takes the next input: a message a call. */
import { ask, withWorkers } from "./workers.mjs";

export const from = "node";

export const places = {
  threads: (measure, { work }) =>
    withWorkers(work, workers => {
      const map = async inputs => {
        const results = [];
        let next = 0;
        const drain = async worker => {
          while (next < inputs.length) {
            const i = next++;
            results[i] = await ask(worker, inputs[i]);
          }
        };
        await Promise.all(workers.map(drain));
        return results;
      };
      return measure({ map });
    }),
};
