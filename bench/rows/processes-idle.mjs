import { idle } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { beside, onProcesses } from "./contenders.mjs";
import { idleOnProcesses } from "./python.mjs";

export default {
  title: "no-op on 2 processes, one at a time: a round trip",
  short: "round trip on processes",
  calls: 10_000,
  contenders: beside(onProcesses, idleOnProcesses),
  floor: "a bare line of JSON and back",
  measure: calls("processes", idle, 10_000),
};
