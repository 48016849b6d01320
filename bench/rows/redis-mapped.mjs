import { runOnRedis } from "./jobs.mjs";

export default runOnRedis("noop", {
  title: "no-ops as calls of a run, on 2 threads of a worker on Redis, all mapped at once",
  short: "no-op on Redis, 4,000 at once",
  calls: 4_000,
});
