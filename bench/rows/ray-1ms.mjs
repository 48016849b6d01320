import { computing, onRay } from "./clusters.mjs";

export default onRay("busy", computing("ray"), {
  title: "calls that compute for 1 ms, on Ray with 2 CPUs, all mapped at once",
  short: "calls of 1 ms on Ray",
  calls: 1_000,
  most: 1.3,
});
