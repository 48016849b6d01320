import { idle } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onDask } from "./clusters.mjs";

export default onDask("idle", calls("dask", idle, 50), {
  title: "no-op on a Dask cluster, one after the other",
  short: "no-op on Dask, one by one",
  calls: 200,
  most: 1.5,
});
