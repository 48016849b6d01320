import { idle } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { beside, onThreads } from "./contenders.mjs";
import { idleOnThreads } from "./python.mjs";

export default {
  title: "no-op on 2 threads, one at a time: a round trip",
  short: "round trip on threads",
  calls: 10_000,
  contenders: beside(onThreads, idleOnThreads),
  floor: "a bare postMessage and back",
  goal: { floor: 2 },
  measure: calls("threads", idle, 10_000),
};
