/** Rows about a task whose results are kept on disk: from the opening of the cache until all is in it, or out of it. */
import { join } from "node:path";
import { runs } from "../peers/cached/kept.mjs";
import { mapped } from "../ways.mjs";

const peers = {
  heddle: () => import("../peers/cached/heddle.mjs"),
  "flat-cache": () => import("../peers/cached/flat-cache.mjs"),
  cacache: () => import("../peers/cached/cacache.mjs"),
  "memoize-fs": () => import("../peers/cached/memoize-fs.mjs"),
};

/** What a process makes before it is measured. */
const WARM_UP = 20_000;
/** Who has a file for each result takes as long for each of few as for each of many. */
const FILES = new Set(["cacache", "memoize-fs"]);
const MOST_FILES = 2_000;

const countOf = ({ from }, calls) => (FILES.has(from) ? Math.min(calls, MOST_FILES) : calls);

/** Calls whose results another process has left. */
export const hits = (way, row) => ({
  contenders: { ...peers, floor: () => import("../floors/cached.mjs") },
  floor: "a bare hash and a bare read of LMDB",
  ...row,
  fill: (contender, calls, folder) =>
    contender.within(join(folder, "kept"), at => mapped(at, countOf(contender, calls))),
  measure: async (contender, calls, folder) => {
    const count = countOf(contender, calls);
    const make = number => contender.within(join(folder, "kept"), at => way(at, number));
    await make(Math.min(count, WARM_UP));
    const began = performance.now();
    await make(count);
    const ms = performance.now() - began;
    if (runs.count > 0) throw new Error("not all calls were hits");
    return { ms, count };
  },
});

/** Calls whose results nobody has yet. */
export const misses = (way, row) => ({
  contenders: { ...peers, floor: () => import("../floors/appended.mjs") },
  floor: "a hash, an append to a file, and a table",
  ...row,
  measure: async (contender, calls, folder) => {
    const count = countOf(contender, calls);
    await contender.within(join(folder, `warm-${process.pid}`), at => way(at, Math.min(count, WARM_UP)));
    runs.count = 0;
    const began = performance.now();
    await contender.within(join(folder, `cold-${process.pid}`), at => way(at, count));
    const ms = performance.now() - began;
    if (contender.from !== "node" && runs.count !== count) throw new Error("some calls were no misses");
    return { ms, count };
  },
});
