/** Rows about two flows at once, on the same 2 threads. */
import { onThreads } from "./working.mjs";

/** A pool knows no flows: its calls are made one flow after the other. */
const all = call => inputs => Promise.all(inputs.map(x => call(x)));

/** Starts a flow for each list of inputs; gives when each had ended. */
export const flows = (inputsOf, result) =>
  onThreads("busy", [], async ({ call, flow = all(call), urgentFlow = flow }, calls) => {
    await Promise.all([flow([0.1, 0.1]), flow([0.1, 0.1])]);
    const [first, second] = inputsOf(calls);
    const began = performance.now();
    const end = async (how, inputs) => {
      const results = await how(inputs);
      if (results.length !== inputs.length) throw new Error("results are missing");
      return performance.now() - began;
    };
    const ends = await Promise.all([end(flow, first), end(urgentFlow, second)]);
    return result(ends);
  });
