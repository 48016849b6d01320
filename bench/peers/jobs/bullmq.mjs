import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { startChild } from "./child.mjs";

export const from = "bullmq";

const worker = fileURLToPath(new URL("./bullmq-worker.mjs", import.meta.url));

/** One listener for all jobs, and a map of ids, which is the quickest way to await them. */
export async function within(url, { work, atOnce, threads }, measure) {
  const { QueueEvents } = await import("bullmq");
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue("jobs", { connection });
  const events = new QueueEvents("jobs", { connection: { url } });
  await events.waitUntilReady();
  const child = startChild([worker, url, work, String(atOnce), String(threads)]);
  await child.said("ready");
  const waiting = new Map();
  events.on("completed", ({ jobId, returnvalue }) => {
    waiting.get(jobId)?.(JSON.parse(returnvalue));
    waiting.delete(jobId);
  });
  let count = 0;
  await measure(async inputs => {
    const first = count;
    count += inputs.length;
    const ended = inputs.map((_, i) => new Promise(resolve => waiting.set(`n${first + i}`, resolve)));
    const jobs = inputs.map((data, i) => ({
      name: "job",
      data,
      opts: { jobId: `n${first + i}`, removeOnComplete: true },
    }));
    await queue.addBulk(jobs);
    return Promise.all(ended);
  });
  child.kill("SIGKILL");
  await once(child.process, "exit");
}
