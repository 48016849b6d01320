import { keys } from "./keys.mjs";

export default keys({
  title: "a small object",
  calls: 100_000,
  goal: { most: 2 },
  given: i => ({ a: 1, b: "x", c: [1, 2, i] }),
  bytes: i => `{"a":1,"b":"x","c":[1,2,${i}]}`,
});
