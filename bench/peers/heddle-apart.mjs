/** A run, with workers of its own, for each flow. */
import { run, threads } from "heddle";
import { tasks } from "./workers/heddle.mjs";

export const from = "heddle";

const flow = task => inputs => run({ runner: threads({ workers: 2 }) }, () => task.map(inputs));

export const places = { threads: (measure, { work }) => measure({ flow: flow(tasks[work]) }) };
