/** The second flow's calls go first. */
import { flow, run, threads } from "heddle";
import { tasks } from "./workers/heddle.mjs";

export const from = "heddle";

const all = (name, task) => flow(name, inputs => task.map(inputs)).submit;

export const places = {
  threads: (measure, { work }) =>
    run({ runner: threads({ workers: 2 }) }, () =>
      measure({ flow: all("all", tasks[work]), urgentFlow: all("urgent", tasks[work].with({ priority: 1 })) }),
    ),
};
