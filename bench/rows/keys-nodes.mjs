import { keys } from "./keys.mjs";

const nodes = Array.from({ length: 25_000 }, (_, i) => ({
  id: i,
  name: `node ${i}`,
  tags: ["a", `b${i % 7}`],
  at: { x: i / 3, y: { of: i * 2 } },
}));
const text = Buffer.from(JSON.stringify(nodes));

export default keys({
  title: "a structure of 100,000 objects",
  calls: 5,
  given: i => {
    nodes[0].id = -i;
    return nodes;
  },
  bytes: i => {
    text[1] = i;
    return text;
  },
});
