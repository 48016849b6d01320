import { runOnRedis } from "./jobs.mjs";

export default runOnRedis("busy", {
  title: "the same with calls that compute for 1 ms",
  short: "calls of 1 ms on Redis",
  calls: 2_000,
});
