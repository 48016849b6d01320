import { whole } from "../units.mjs";
import { pools } from "./contenders.mjs";
import { flows } from "./flows.mjs";

export default {
  title: "a flow of short calls on 2 threads, beside one of calls 20 times as long that began before it",
  short: "short calls beside long ones",
  calls: 100,
  unit: whole,
  contenders: {
    ...pools,
    "heddle, a run each": () => import("../peers/heddle-apart.mjs"),
    "heddle, with priority": () => import("../peers/heddle-urgent.mjs"),
    floor: () => import("../floors/apart.mjs"),
  },
  floor: "a thread for each flow",
  measure: flows(
    calls => [new Array(calls).fill(20), new Array(calls).fill(1)],
    ([long, short]) => ({ ms: short, columns: { "ms of the long": long } }),
  ),
};
