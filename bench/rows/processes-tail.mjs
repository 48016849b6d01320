import { tail } from "../units.mjs";
import { timed } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onProcesses } from "./contenders.mjs";

export default {
  title: "how long a no-op takes on 2 processes with 1,000 in flight",
  short: "99th percentile on processes, 1,000 in flight",
  calls: 100_000,
  unit: tail,
  contenders: onProcesses,
  floor: "250 calls a line of JSON",
  measure: calls("processes", timed, 20_000),
};
