import { carried } from "../ways.mjs";
import { calls } from "./calls.mjs";

export default {
  title: "an array of 64 MB in shared(…) to one of 2 threads and back, one at a time",
  calls: 1_000,
  contenders: { heddle: () => import("../peers/heddle-shared.mjs"), floor: () => import("../floors/memory.mjs") },
  floor: "shared memory, posted there and back",
  measure: calls("threads", carried, 300),
};
