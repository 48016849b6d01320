import { keys } from "./keys.mjs";

const kinds = [i => i, i => i + 0.5, i => `item ${i}`, i => BigInt(i)];

export default keys({
  title: "a small primitive",
  calls: 200_000,
  goal: { most: 1 },
  given: i => kinds[i % kinds.length](i),
  bytes: i => `10:item ${i}`,
});
