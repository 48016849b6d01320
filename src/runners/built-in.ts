import type { Runner } from "../task/runner.ts";
import { inline } from "./inline.ts";
import { processes } from "./processes.ts";
import { threads } from "./threads.ts";

type Make = (workers?: number | "auto") => Runner;

/** The runners that have a name although nobody has registered them. */
export const BUILT_IN: Readonly<Record<string, Make>> = {
  inline: workers => inline(typeof workers === "number" ? { concurrency: workers } : {}),
  threads: workers => threads(workers === undefined ? {} : { workers }),
  processes: workers => processes(workers === undefined ? {} : { workers }),
};
