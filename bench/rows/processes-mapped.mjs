import { mapped } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { beside, onProcesses } from "./contenders.mjs";
import { mappedOnProcesses } from "./python.mjs";

export default {
  title: "no-op on 2 processes, all mapped at once",
  short: "no-op on 2 processes, 100,000 at once",
  calls: 100_000,
  contenders: beside(onProcesses, mappedOnProcesses),
  floor: "500 calls a line of JSON",
  goal: { most: 3, peers: { poolifier: 8 } },
  measure: calls("processes", mapped, 20_000),
};
