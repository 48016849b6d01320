/** A message to each of two threads. */
import { ask, withWorkers } from "./workers.mjs";

export const places = {
  threads: measure =>
    withWorkers(undefined, workers => {
      const idle = [...workers];
      return measure({ call: x => ask(idle.pop(), x) });
    }),
};
