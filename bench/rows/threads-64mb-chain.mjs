import { chained } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onThreads } from "./contenders.mjs";

export default {
  title: "an array of 64 MB through a chain of 5 calls, one chain at a time",
  calls: 4,
  contenders: onThreads,
  floor: "the array posted there and back five times, cloned",
  measure: calls("threads", chained, 2),
};
