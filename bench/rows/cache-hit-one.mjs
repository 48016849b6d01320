import { idle } from "../ways.mjs";
import { hits } from "./cached.mjs";

export default hits(idle, {
  title: "cached calls that are hits, one after the other",
  calls: 20_000,
});
