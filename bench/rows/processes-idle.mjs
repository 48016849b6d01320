import { idle } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onProcesses } from "./contenders.mjs";

export default {
  title: "no-op on 2 processes, one at a time: a round trip",
  calls: 10_000,
  contenders: onProcesses,
  floor: "a bare line of JSON and back",
  measure: calls("processes", idle, 10_000),
};
