import { memory } from "../units.mjs";
import { iterated } from "../ways.mjs";

export default {
  title: "a map over an iterator, inline, results taken as they come: peak memory",
  short: "memory of a map over 10,000,000 numbers",
  calls: 10_000_000,
  unit: memory,
  timeout: 300_000,
  contenders: {
    heddle: () => import("../peers/heddle.mjs"),
    "p-map": { load: () => import("../peers/p-map.mjs"), most: 1_000_000 },
    "p-queue": { load: () => import("../peers/p-queue.mjs"), most: 1_000_000 },
    floor: () => import("../floors/lanes.mjs"),
  },
  floor: "1,000 loops over the iterator",
  goal: { most: 300 },
  measure: (contender, calls) =>
    contender.places.inline(
      async at => {
        const { ms } = await iterated(at, calls);
        return { columns: { "µs a call": (ms * 1_000) / calls } };
      },
      { way: iterated.name },
    ),
};
