import { carried } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onThreads } from "./contenders.mjs";

export default {
  title: "an array of 64 MB to one of 2 threads and back, one at a time",
  short: "64 MB to a thread and back",
  calls: 10,
  contenders: { ...onThreads, floor: () => import("../floors/memory.mjs") },
  floor: "shared memory, posted there and back",
  measure: calls("threads", carried, 3),
};
