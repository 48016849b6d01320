import { run, threads } from "heddle";
import { tasks } from "./workers/heddle.mjs";

export const from = "heddle";

/** Arrays of 8 MB are made, all of them before any two are added up; `options` are those of the run. */
export function reduced(calls, options = {}) {
  return run({ runner: threads({ workers: 2 }), ...options }, async () => {
    const made = tasks.filled.map(Array.from({ length: calls }, (_, i) => i));
    await made.wait();
    let level = [...made];
    while (level.length > 1) {
      level = Array.from({ length: level.length / 2 }, (_, i) => tasks.plus.submit(level[2 * i], level[2 * i + 1]));
    }
    return level[0];
  });
}
