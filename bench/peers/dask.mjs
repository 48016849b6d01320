import { dask, run, wait } from "heddle";
import { program } from "../python.mjs";
import { tasks } from "./workers/heddle.mjs";

export const from = "heddle";

const { HEDDLE_BENCH_PYTHON: python = program } = process.env;

/** Gives what uses a cluster of two processes on this machine. */
const on =
  more =>
  (measure, { work = "noop" } = {}) =>
    run({ runner: dask({ workers: 2, python, ...more }) }, () => measure(waysOf(tasks[work])));

const waysOf = task => ({
  call: x => task.submit(x),
  map: inputs => task.map(inputs),
  /** Gives what brings the results, when they are there. */
  keep: async inputs => {
    const list = task.map(inputs);
    await wait(list);
    return () => list;
  },
  /** Two large results go to a third call. */
  handOn: () => tasks.weigh.submit(tasks.heavy.submit(1), tasks.heavy.submit(2)),
});

export const places = { dask: on({}), kept: on({ keepAbove: 0 }) };
