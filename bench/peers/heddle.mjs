import { asCompleted, flow, inline, processes, run, threads } from "heddle";
import { tasks } from "./workers/heddle.mjs";

export const from = "heddle";

const on =
  runner =>
  (measure, { work = "noop" } = {}) =>
    run({ runner }, () => measure(waysOf(tasks[work])));

const waysOf = task => ({
  call: x => task.submit(x),
  map: inputs => task.map(inputs),
  /** A flow that makes all calls at once, and ends with the last of them. */
  flow: flow("all", inputs => task.map(inputs)).submit,
  /** As long as an iterator gives inputs; results are taken as they come. */
  over: async (inputs, take) => {
    for await (const { value } of asCompleted(task.map(inputs))) take(value);
  },
});

export const places = {
  inline: on(inline()),
  threads: on(threads({ workers: 2 })),
  processes: on(processes({ workers: 2 })),
};

/** Futures as inputs: `between` is called when all calls have been submitted and none has run. */
export function graph(build, between) {
  return run({ runner: inline() }, async () => {
    const last = build((a, b) => tasks.add.submit(a, b));
    await between();
    return Promise.all(last);
  });
}
