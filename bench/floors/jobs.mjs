/**
 * A queue by hand: one table of LMDB for jobs and one for results, each commit on the disk, as many jobs a commit as the
 * worker has under way at once. What is ready is told over the pipe between the two processes; there is one worker, and
 * who takes over what it had when it dies is nobody's business.
 */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { open } from "lmdb";
import { startChild } from "../peers/jobs/child.mjs";

export const from = "node";

export function openQueue(folder) {
  mkdirSync(folder, { recursive: true });
  const root = open({ path: join(folder, "floor.lmdb"), noSubdir: false, overlappingSync: false });
  return { root, jobs: root.openDB({ name: "jobs" }), results: root.openDB({ name: "results" }) };
}

const worker = fileURLToPath(new URL("./jobs-worker.mjs", import.meta.url));

export async function within(folder, { work, atOnce }, measure) {
  const { root, jobs, results } = openQueue(folder);
  const child = startChild([worker, folder, work, String(atOnce)]);
  await child.said("ready");
  let waiting = new Map();
  child.process.on("message", ids => {
    root.resetReadTxn();
    for (const id of ids) waiting.get(id)(results.get(id));
  });
  let count = 0;
  await measure(async inputs => {
    waiting = new Map();
    const ended = inputs.map((_, i) => new Promise(resolve => waiting.set(count + i, resolve)));
    await root.transaction(() => {
      for (const [i, input] of inputs.entries()) jobs.put(count + i, input);
    });
    count += inputs.length;
    child.process.send("look");
    return Promise.all(ended);
  });
  child.kill("SIGTERM");
  await once(child.process, "exit");
  await root.close();
}
