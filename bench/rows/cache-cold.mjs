import { mapped } from "../ways.mjs";
import { misses } from "./cached.mjs";

export default misses(mapped, {
  title: "cached calls that are not there yet, all mapped at once",
  short: "cached calls that are not there yet",
  calls: 100_000,
  goal: { most: 15 },
});
