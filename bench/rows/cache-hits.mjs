import { mapped } from "../ways.mjs";
import { hits } from "./cached.mjs";

export default hits(mapped, {
  title: "cached calls that are hits, all mapped at once",
  short: "cached calls that are hits, mapped",
  calls: 100_000,
  goal: { most: 6 },
});
