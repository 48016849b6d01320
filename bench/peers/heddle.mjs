import { inline, processes, run, threads } from "heddle";
import { add, noop } from "./workers/heddle.mjs";

export const from = "heddle";

const on = runner => measure =>
  run({ runner }, () => measure({ call: x => noop.submit(x), map: inputs => noop.map(inputs) }));

export const places = {
  inline: on(inline()),
  threads: on(threads({ workers: 2 })),
  processes: on(processes({ workers: 2 })),
};

/** Futures as inputs: `between` is called when all calls have been submitted and none has run. */
export function graph(build, between) {
  return run({ runner: inline() }, async () => {
    const last = build((a, b) => add.submit(a, b));
    await between();
    return Promise.all(last);
  });
}
