import { ray, run } from "heddle";
import { program } from "../python.mjs";
import { tasks } from "./workers/heddle.mjs";

export const from = "heddle";

const { HEDDLE_BENCH_PYTHON: python = program } = process.env;

/** Gives what uses a cluster of two CPUs on this machine. */
const on = (measure, { work = "noop" } = {}) =>
  run({ runner: ray({ workers: 2, python }) }, () =>
    measure({ call: x => tasks[work].submit(x), map: inputs => tasks[work].map(inputs) }),
  );

export const places = { ray: on };
