import { kept } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onDask } from "./clusters.mjs";

export default onDask("kept", calls("kept", kept, 100), {
  title: "the same, with results that stay in the cluster",
  short: "no-op on Dask, results stay there",
  calls: 2_000,
  most: 1.05,
});
