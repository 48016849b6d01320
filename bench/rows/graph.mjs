import { expected, layers, WIDTH } from "../graph.mjs";

export default {
  title: "a graph of calls with 2 inputs each, inline",
  calls: 1_000_000,
  contenders: {
    heddle: () => import("../peers/heddle.mjs"),
    promises: () => import("../peers/promises.mjs"),
    floor: () => import("../floors/arrays.mjs"),
  },
  floor: "typed arrays",
  goal: { most: 1.5, columns: { "bytes a call": 150 } },
  measure: async ({ graph }, calls) => {
    const width = Math.min(WIDTH, calls);
    await graph(
      (call, constant) => layers(20 * width, width, call, constant),
      () => {},
      20 * width,
      width,
    );
    const before = process.memoryUsage.rss();
    const began = performance.now();
    const last = await graph(
      (call, constant) => layers(calls, width, call, constant),
      () => {},
      calls,
      width,
    );
    const ms = performance.now() - began;
    const peak = process.resourceUsage().maxRSS * 1024;
    const right = expected(calls, width);
    if (!last.every((value, i) => value === right[i])) throw new Error("the results of the graph are wrong");
    return { ms, columns: { "bytes a call": (peak - before) / calls } };
  },
};
