import { first } from "./first.mjs";
import { firstOnThreads } from "./python.mjs";

export default first(
  "threads",
  ["heddle", "piscina", "tinypool", "workerpool", "poolifier"],
  firstOnThreads,
  "first-threads",
);
