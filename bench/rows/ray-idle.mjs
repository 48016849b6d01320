import { idle } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onRay } from "./clusters.mjs";

export default onRay("idle", calls("ray", idle, 50), {
  title: "no-op on Ray, one after the other",
  short: "no-op on Ray, one by one",
  calls: 200,
  most: 1.3,
});
