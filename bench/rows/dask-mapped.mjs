import { mapped } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onDask } from "./clusters.mjs";

export default onDask("mapped", calls("dask", mapped, 100), {
  title: "no-op on a Dask cluster of 2 processes, all mapped at once, results fetched",
  short: "no-op on Dask, 2,000 at once",
  calls: 2_000,
  most: 1.5,
});
