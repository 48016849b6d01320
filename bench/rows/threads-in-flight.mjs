import { inFlight } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { beside, onThreads } from "./contenders.mjs";
import { inFlightOnThreads } from "./python.mjs";

export default {
  title: "no-op on 2 threads, one by one, 1,000 in flight",
  short: "no-op on 2 threads, 1,000 in flight",
  calls: 100_000,
  contenders: beside(onThreads, inFlightOnThreads),
  floor: "250 calls a message, as one array",
  goal: { most: 3, peers: { poolifier: 5 } },
  measure: calls("threads", inFlight, 20_000),
};
