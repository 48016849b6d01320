import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startChild } from "./child.mjs";
import { tasks } from "./tasks.mjs";

export const from = "heddle";

const at = path => fileURLToPath(new URL(path, import.meta.url));

/** Gives what stores calls and awaits them, while a worker in another process runs them, as many at once as it says. */
export async function within(place, { work, atOnce }, measure) {
  process.env.HEDDLE_QUEUE = place;
  const task = tasks[work];
  const worker = ["../../../dist/cli/heddle.js", "./tasks.mjs"].map(at);
  const [command, module] = worker;
  const how = ["--concurrency", String(atOnce), "--runner", "inline"];
  const child = startChild([command, "worker", module, ...how], { HEDDLE_QUEUE: place });
  await child.said("at once");
  await measure(async inputs => {
    const jobs = await Promise.all(inputs.map(input => task.delay(input)));
    return Promise.all(jobs.map(job => job.result()));
  });
  child.kill("SIGTERM");
  await once(child.process, "exit");
}
