import { join } from "node:path";
import { whole } from "../units.mjs";
import { mapped } from "../ways.mjs";

const contenders = {
  heddle: async () => {
    const { within } = await import("../peers/cached/heddle.mjs");
    const { Store } = await import("../../dist/inside/store/store.js");
    const first = folder => {
      const store = Store.open(folder);
      return store.get(store.entries().next().value.key);
    };
    return { from: "heddle", within, first };
  },
  "flat-cache": async () => {
    const { within } = await import("../peers/cached/flat-cache.mjs");
    const first = folder => within(folder, ({ call }) => call(1));
    return { from: "flat-cache", within, first };
  },
  floor: async () => {
    const { within } = await import("../floors/cached.mjs");
    return { from: "node", within, first: folder => within(folder, ({ call }) => call(1)) };
  },
};

export default {
  title: "opening a cache and reading one result, first thing in a process",
  short: "opening a cache of 1,000,000 results",
  calls: 1_000_000,
  of: "results",
  contenders,
  floor: "bare LMDB, loaded before",
  goal: { most: 30 },
  unit: whole,
  fill: ({ within }, calls, folder) => within(join(folder, "kept"), at => mapped(at, calls)),
  measure: async ({ first }, _calls, folder) => {
    const began = performance.now();
    const found = await first(join(folder, "kept"));
    const ms = performance.now() - began;
    if (found === undefined) throw new Error("there is nothing in the store");
    return { ms };
  },
};
