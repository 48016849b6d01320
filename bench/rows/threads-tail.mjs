import { tail } from "../units.mjs";
import { timed } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onThreads } from "./contenders.mjs";

export default {
  title: "how long a no-op takes on 2 threads with 1,000 in flight",
  short: "99th percentile on threads, 1,000 in flight",
  calls: 100_000,
  unit: tail,
  contenders: onThreads,
  floor: "250 calls a message, as one array",
  measure: calls("threads", timed, 20_000),
};
