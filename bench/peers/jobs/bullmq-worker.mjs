/** The worker of BullMQ by hand: `node bullmq-worker.mjs URL WORK AT-ONCE THREADS`; without threads it does the work itself. */
import { Worker as Thread } from "node:worker_threads";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { noop } from "../../noop.mjs";
import { busy } from "../../work.mjs";

const [, , url, work, atOnce, threads] = process.argv;
const run = threads === "0" ? { noop, busy }[work] : await onThreads(Number(threads));
const connection = new Redis(url, { maxRetriesPerRequest: null });
const worker = new Worker("jobs", async ({ data }) => run(data), { connection, concurrency: Number(atOnce) });
await worker.waitUntilReady();
process.stderr.write("ready\n");

/** They get messages in turn, and answer in that order. */
async function onThreads(count) {
  const lanes = await Promise.all(Array.from({ length: count }, start));
  let next = 0;
  return data => {
    const { thread, waiting } = lanes[next++ % count];
    return new Promise(resolve => {
      waiting.push(resolve);
      thread.postMessage(data);
    });
  };
}

function start() {
  const thread = new Thread(new URL("./bullmq-thread.mjs", import.meta.url), { workerData: work });
  const waiting = [];
  return new Promise(resolve => {
    thread.once("message", () => {
      thread.on("message", result => waiting.shift()(result));
      resolve({ thread, waiting });
    });
  });
}
