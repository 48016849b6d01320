import { embedded } from "./jobs.mjs";

export default embedded("noop", {
  title: "no-ops as jobs in the store's queue, delayed at once, run by a worker with 100 at once",
  short: "no-op jobs without a server",
  calls: 2_000,
});
