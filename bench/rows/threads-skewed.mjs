import { excess } from "../units.mjs";
import { greedy, heavyTailed } from "../work.mjs";
import { pools } from "./contenders.mjs";
import { onThreads, together } from "./working.mjs";

export default {
  title: "the time of calls with heavy-tailed durations on 2 threads, all mapped at once",
  short: "heavy-tailed durations on 2 threads",
  calls: 1_000,
  unit: excess,
  contenders: { ...pools, floor: () => import("../floors/greedy.mjs") },
  floor: "whoever is free takes the next, a message a call",
  goal: { most: 1.03 },
  measure: onThreads("busy", new Array(20).fill(0.1), async (at, calls) => {
    const durations = heavyTailed(calls);
    const { ms, results } = await together(at, durations);
    if (results.length !== calls || results.some((x, i) => x !== durations[i])) throw new Error("wrong results");
    return { value: ms / greedy(durations, 2), columns: { ms } };
  }),
};
