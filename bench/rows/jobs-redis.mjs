import { onRedis } from "./jobs.mjs";

export default onRedis("noop", {
  title: "no-ops as jobs in Redis, delayed at once, run by a worker with 100 at once",
  short: "no-op jobs through Redis",
  calls: 4_000,
});
