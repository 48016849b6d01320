import { passedOn } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onDask } from "./clusters.mjs";

export default onDask(
  "handedOn",
  calls("dask", passedOn, 1),
  {
    title: "two results of 100 MiB that are the inputs of a third call, on a Dask cluster",
    short: "2 x 100 MiB between calls on Dask",
    calls: 5,
    most: 1.05,
  },
  1,
);
