import { choose, warm } from "./choose.mjs";

export default choose({
  title: "choose(100, 50) from the store, first call of a process",
  goal: { most: 50 },
  fill: warm,
  measure: warm,
});
