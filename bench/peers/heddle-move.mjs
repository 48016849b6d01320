import { move, run, threads } from "heddle";
import { tasks } from "./workers/heddle.mjs";

export const from = "heddle";

export const places = {
  threads: measure =>
    run({ runner: threads({ workers: 2 }) }, () => measure({ call: array => tasks.moved.submit(move(array)) })),
};
