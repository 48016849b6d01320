/** A queue by hand in Redis: one list of jobs and one of results, as many jobs a message as the worker has under way. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { startChild } from "../peers/jobs/child.mjs";

export const from = "node";

const worker = fileURLToPath(new URL("./redis-jobs-worker.mjs", import.meta.url));

export async function within(url, { work, atOnce }, measure) {
  const redis = new Redis(url);
  const child = startChild([worker, url, work, String(atOnce)]);
  await child.said("ready");
  await measure(async inputs => {
    await redis.rpush("jobs", ...inputs.map(input => JSON.stringify(input)));
    const results = [];
    while (results.length < inputs.length) {
      const [, text] = await redis.blpop("results", 0);
      results.push(...JSON.parse(text));
    }
    return results;
  });
  child.kill("SIGKILL");
  await once(child.process, "exit");
}
