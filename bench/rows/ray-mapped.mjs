import { mapped } from "../ways.mjs";
import { calls } from "./calls.mjs";
import { onRay } from "./clusters.mjs";

export default onRay("mapped", calls("ray", mapped, 100), {
  title: "no-op on Ray with 2 CPUs, all mapped at once",
  short: "no-op on Ray, 2,000 at once",
  calls: 2_000,
  most: 1.3,
});
