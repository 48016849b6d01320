/** Half of the inputs for each thread, in one message: no balance, and nothing in between. */
import { ask, withWorkers } from "./workers.mjs";

export const from = "node";

export const places = {
  threads: (measure, { work }) =>
    withWorkers(work, workers => {
      const map = async inputs => {
        const middle = Math.ceil(inputs.length / 2);
        const halves = [inputs.slice(0, middle), inputs.slice(middle)];
        return (await Promise.all(workers.map((worker, i) => ask(worker, halves[i])))).flat();
      };
      return measure({ map });
    }),
};
