/** Rows about a task whose results are kept on disk: from the opening of the cache until all is in it, or out of it. */
import { join } from "node:path";
import { runs } from "../peers/cached/kept.mjs";
import { mapped } from "../ways.mjs";

const peers = {
  heddle: () => import("../peers/cached/heddle.mjs"),
  "flat-cache": () => import("../peers/cached/flat-cache.mjs"),
  // Who has a file for each result takes as long for each of few as for each of many.
  cacache: { load: () => import("../peers/cached/cacache.mjs"), most: 2_000 },
  "memoize-fs": { load: () => import("../peers/cached/memoize-fs.mjs"), most: 2_000 },
};

/** What a process makes before it is measured. */
const WARM_UP = 20_000;

/** Calls whose results another process has left. */
export const hits = (way, row) => ({
  contenders: { ...peers, floor: () => import("../floors/cached.mjs") },
  floor: "a bare hash and a bare read of LMDB",
  ...row,
  fill: (contender, calls, folder) => contender.within(join(folder, "kept"), at => mapped(at, calls)),
  measure: async (contender, count, folder) => {
    const make = number => contender.within(join(folder, "kept"), at => way(at, number));
    await make(Math.min(count, WARM_UP));
    const began = performance.now();
    await make(count);
    const ms = performance.now() - began;
    if (runs.count > 0) throw new Error("not all calls were hits");
    return { ms };
  },
});

/** Calls whose results nobody has yet. */
export const misses = (way, row) => ({
  contenders: { ...peers, floor: () => import("../floors/appended.mjs") },
  floor: "a hash, an append to a file, and a table",
  ...row,
  measure: async (contender, count, folder) => {
    await contender.within(join(folder, `warm-${process.pid}`), at => way(at, Math.min(count, WARM_UP)));
    runs.count = 0;
    const began = performance.now();
    await contender.within(join(folder, `cold-${process.pid}`), at => way(at, count));
    const ms = performance.now() - began;
    if (contender.from !== "node" && runs.count !== count) throw new Error("some calls were no misses");
    return { ms };
  },
});
