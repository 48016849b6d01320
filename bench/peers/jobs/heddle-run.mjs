import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { run } from "heddle";
import { startChild } from "./child.mjs";
import { tasks } from "./tasks.mjs";

export const from = "heddle";

const at = path => fileURLToPath(new URL(path, import.meta.url));

/** Gives what maps calls that a worker in another process runs, on so many threads. */
export async function within(place, { work, threads }, measure) {
  const [command, module] = ["../../../dist/cli/heddle.js", "./tasks.mjs"].map(at);
  const child = startChild([command, "worker", module, "--concurrency", String(threads)], { HEDDLE_QUEUE: place });
  await child.said("at once");
  await run({ runner: place }, () => measure(async inputs => tasks[work].map(inputs)));
  child.kill("SIGTERM");
  await once(child.process, "exit");
}
