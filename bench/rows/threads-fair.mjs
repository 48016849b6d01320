import { excess } from "../units.mjs";
import { pools } from "./contenders.mjs";
import { flows } from "./flows.mjs";

const half = calls => new Array(Math.ceil(calls / 2)).fill(1);

export default {
  title: "two equal flows at once on 2 threads: how much later the second ends than the first",
  short: "two flows at once: how equal",
  calls: 2_000,
  unit: { ...excess, name: "x the time of the first" },
  contenders: {
    ...pools,
    "heddle, a run each": () => import("../peers/heddle-apart.mjs"),
    floor: () => import("../floors/apart.mjs"),
  },
  floor: "a thread for each flow",
  measure: flows(
    calls => [half(calls), half(calls)],
    ends => ({ value: Math.max(...ends) / Math.min(...ends), columns: { ms: Math.max(...ends) } }),
  ),
};
