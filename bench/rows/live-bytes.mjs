import { memory } from "../units.mjs";

export default {
  title: "256 arrays of 8 MB made on 2 threads, then added up pairwise: peak memory",
  short: "memory of 256 arrays of 8 MB, added up pairwise",
  calls: 256,
  unit: memory,
  timeout: 120_000,
  contenders: {
    heddle: () => import("../peers/heddle-bounded.mjs"),
    unbounded: () => import("../peers/heddle-reduced.mjs"),
    floor: () => import("../floors/reduced.mjs"),
  },
  floor: "all of them in one thread",
  measure: async (contender, calls) => {
    const began = performance.now();
    const [sum] = await contender.reduced(calls);
    if (sum !== (calls * (calls - 1)) / 2) throw new Error("the sum is wrong");
    return { columns: { "ms in all": performance.now() - began } };
  },
};
