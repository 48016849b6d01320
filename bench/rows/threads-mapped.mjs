import { mapped } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { beside, onThreads } from "./contenders.mjs";
import { mappedOnThreads } from "./python.mjs";

export default {
  title: "no-op on 2 threads, all mapped at once",
  short: "no-op on 2 threads, 100,000 at once",
  calls: 100_000,
  contenders: beside(onThreads, mappedOnThreads),
  floor: "500 calls a message, as one array",
  goal: { most: 2, peers: { poolifier: 10, piscina: 18 } },
  measure: calls("threads", mapped, 20_000),
};
