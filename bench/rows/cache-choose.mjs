import { choose, cold } from "./choose.mjs";

export default choose({
  title: "choose(100, 50), a cached flow that calls itself, on an empty store",
  goal: { most: 1_000 },
  measure: cold,
});
