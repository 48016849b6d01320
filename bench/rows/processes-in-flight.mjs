import { inFlight } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { beside, onProcesses } from "./contenders.mjs";
import { inFlightOnProcesses } from "./python.mjs";

export default {
  title: "no-op on 2 processes, one by one, 1,000 in flight",
  short: "no-op on 2 processes, 1,000 in flight",
  calls: 100_000,
  contenders: beside(onProcesses, inFlightOnProcesses),
  floor: "250 calls a line of JSON",
  measure: calls("processes", inFlight, 20_000),
};
