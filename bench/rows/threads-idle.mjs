import { idle } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onThreads } from "./contenders.mjs";

export default {
  title: "no-op on 2 threads, one at a time: a round trip",
  calls: 10_000,
  contenders: onThreads,
  floor: "a bare postMessage and back",
  goal: { floor: 2 },
  measure: calls("threads", idle, 10_000),
};
