import { onRedis } from "./jobs.mjs";

export default onRedis("busy", {
  title: "the same with jobs that compute for 1 ms",
  short: "jobs of 1 ms through Redis",
  calls: 2_000,
});
