import { embedded } from "./jobs.mjs";

export default embedded("busy", {
  title: "the same with jobs that compute for 1 ms",
  short: "jobs of 1 ms without a server",
  calls: 1_000,
});
