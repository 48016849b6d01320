import { idle } from "../ways.mjs";
import { hits } from "./cached.mjs";

export default hits(idle, {
  title: "cached calls that are hits, one after the other",
  short: "cached calls that are hits, one by one",
  calls: 20_000,
});
