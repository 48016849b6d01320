import { computing, onDask } from "./clusters.mjs";

export default onDask("busy", computing("dask"), {
  title: "calls that compute for 1 ms, on a Dask cluster of 2 processes, all mapped at once",
  short: "calls of 1 ms on Dask",
  calls: 1_000,
  most: 1.3,
});
