/** The worker of the floor: `node redis-jobs-worker.mjs URL WORK AT-ONCE`. */
import { Redis } from "ioredis";
import { noop } from "../noop.mjs";
import { busy } from "../work.mjs";

const [, , url, work, atOnce] = process.argv;
const run = { noop, busy }[work];
const redis = new Redis(url);
process.stderr.write("ready\n");
for (;;) {
  const [, first] = await redis.blpop("jobs", 0);
  const more = (await redis.lpop("jobs", Number(atOnce) - 1)) ?? [];
  const results = [first, ...more].map(text => run(JSON.parse(text)));
  await redis.rpush("results", JSON.stringify(results));
}
