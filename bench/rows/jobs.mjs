/**
 * Rows about jobs, and calls of a run on Redis: handed over by this process, run by a worker in another one, and their
 * results awaited here.
 */
import { join } from "node:path";
import { startRedis } from "../redis.mjs";

/** As many as a worker has under way. */
const AT_ONCE = 100;

/** @param place where jobs are stored, given a folder of this measurement's own. */
export const jobs = (work, contenders, row, place = folder => join(folder, String(process.pid)), threads = 0) => ({
  of: "jobs",
  contenders,
  ...row,
  measure: async (contender, count, folder) => {
    let ms = 0;
    await contender.within(await place(folder), { work, atOnce: AT_ONCE, threads }, async all => {
      const inputs = Array.from({ length: count }, () => 1);
      // Workers get to know how long they take, and code is compiled.
      await all(inputs);
      const began = performance.now();
      const results = await all(inputs);
      ms = performance.now() - began;
      if (results.length !== count || results.some(result => result !== 1)) throw new Error("some results are wrong");
    });
    return { ms };
  },
});

export const embedded = (work, row) =>
  jobs(
    work,
    { heddle: () => import("../peers/jobs/heddle.mjs"), floor: () => import("../floors/jobs.mjs") },
    { floor: "two tables of LMDB, and a pipe", ...row },
  );

export const onRedis = (work, row) =>
  jobs(
    work,
    {
      heddle: () => import("../peers/jobs/heddle.mjs"),
      "bullmq by hand": () => import("../peers/jobs/bullmq.mjs"),
      floor: () => import("../floors/redis-jobs.mjs"),
    },
    { floor: "two lists of Redis", goal: { peers: { "bullmq by hand": 0.77 } }, ...row },
    startRedis,
  );

/** Calls of a run, on 2 threads of a worker. */
export const runOnRedis = (work, row) =>
  jobs(
    work,
    {
      heddle: () => import("../peers/jobs/heddle-run.mjs"),
      "bullmq by hand": () => import("../peers/jobs/bullmq.mjs"),
    },
    { of: "calls", goal: { peers: { "bullmq by hand": 0.77 } }, ...row },
    startRedis,
    2,
  );
