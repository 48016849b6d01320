/** The worker of BullMQ by hand: `node bullmq-worker.mjs URL WORK AT-ONCE`. */
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { noop } from "../../noop.mjs";
import { busy } from "../../work.mjs";

const [, , url, work, atOnce] = process.argv;
const run = { noop, busy }[work];
const connection = new Redis(url, { maxRetriesPerRequest: null });
const worker = new Worker("jobs", async ({ data }) => run(data), { connection, concurrency: Number(atOnce) });
await worker.waitUntilReady();
process.stderr.write("ready\n");
