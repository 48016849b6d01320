import { efficiency } from "../units.mjs";
import { lanes } from "../ways.mjs";
import { spin } from "../work.mjs";
import { pools } from "./contenders.mjs";
import { checkSpun, onThreads, STEPS, together } from "./working.mjs";

const WORKERS = 2;
const DEPTHS = [1, 2, 4, 8];
const TRIALS = 20;

/** What one call takes in this process, with nothing around it. */
function alone() {
  for (let i = 0; i < TRIALS; i++) spin(STEPS);
  const began = performance.now();
  for (let i = 0; i < TRIALS; i++) spin(STEPS);
  return (performance.now() - began) / TRIALS;
}

/** With so many calls under way at any time; the floor has no calls. */
async function working({ call, map }, calls, atOnce) {
  if (call === undefined) return together({ map }, new Array(calls).fill(STEPS));
  const results = [];
  const began = performance.now();
  const each = async () => results.push(await call(STEPS));
  await lanes(each, calls, atOnce);
  return { ms: performance.now() - began, results };
}

export default {
  title: "the share of 2 threads that computes, when 1 to 8 calls of 2 ms are under way for each",
  short: "share of 2 threads that computes",
  calls: 500,
  unit: efficiency,
  contenders: { ...pools, floor: () => import("../floors/split.mjs") },
  floor: "half of the inputs for each thread",
  measure: onThreads(
    "spin",
    new Array(20).fill(STEPS),
    async (at, calls) => {
      const ideal = (calls * alone()) / WORKERS;
      const columns = {};
      for (const depth of DEPTHS) {
        const { ms, results } = await working(at, calls, depth * WORKERS);
        checkSpun(results, calls);
        columns[`with ${depth}`] = ideal / ms;
      }
      return { value: columns["with 1"], columns };
    },
    "computing",
  ),
};
