/** The worker of the floor: `node jobs-worker.mjs FOLDER WORK AT-ONCE`. */
import { noop } from "../noop.mjs";
import { busy } from "../work.mjs";
import { openQueue } from "./jobs.mjs";

const [, , folder, work, atOnce] = process.argv;
const run = { noop, busy }[work];
const { root, jobs, results } = openQueue(folder);
let next = 0;
let looking = false;

async function look() {
  if (looking) return;
  looking = true;
  let ended = [];
  for (;;) {
    const taken = await root.transaction(() => {
      for (const [id, value] of ended) {
        results.put(id, value);
        jobs.remove(id);
      }
      return [...jobs.getRange({ start: next, limit: Number(atOnce) })];
    });
    if (ended.length > 0) process.send(ended.map(([id]) => id));
    if (taken.length === 0) break;
    next = taken.at(-1).key + 1;
    ended = taken.map(({ key, value }) => [key, run(value)]);
  }
  looking = false;
}

process.on("message", () => void look());
process.stderr.write("ready\n");
