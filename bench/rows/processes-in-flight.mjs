import { inFlight } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onProcesses } from "./contenders.mjs";

export default {
  title: "no-op on 2 processes, one by one, 1,000 in flight",
  calls: 100_000,
  contenders: onProcesses,
  floor: "250 calls a line of JSON",
  measure: calls("processes", inFlight, 20_000),
};
