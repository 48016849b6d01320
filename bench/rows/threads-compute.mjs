import { whole } from "../units.mjs";
import { pools } from "./contenders.mjs";
import { checkSpun, onThreads, STEPS, together } from "./working.mjs";

const inputs = calls => new Array(calls).fill(STEPS);

export default {
  title: "calls that compute for 2 ms, on 2 threads, all mapped at once",
  short: "calls of 2 ms on 2 threads",
  calls: 2_000,
  rounds: 15,
  unit: whole,
  contenders: { ...pools, floor: () => import("../floors/split.mjs") },
  floor: "half of the inputs for each thread",
  goal: { floor: 1 / 0.96 },
  measure: onThreads(
    "spin",
    inputs(20),
    async (at, calls) => {
      const { ms, results } = await together(at, inputs(calls));
      checkSpun(results, calls);
      return { ms };
    },
    "computing",
  ),
};
