import type { Runner } from "../task/runner.ts";
import { dask } from "./dask.ts";
import { inline } from "./inline.ts";
import { processes } from "./processes.ts";
import { ray } from "./ray.ts";
import { threads } from "./threads.ts";

type Make = (workers?: number | "auto") => Runner;

/** The runners that have a name although nobody has registered them. */
export const BUILT_IN: Readonly<Record<string, Make>> = {
  inline: workers => inline(typeof workers === "number" ? { concurrency: workers } : {}),
  threads: workers => threads(workers === undefined ? {} : { workers }),
  processes: workers => processes(workers === undefined ? {} : { workers }),
  dask: workers => dask(workers === undefined ? {} : { workers }),
  ray: workers => ray(workers === undefined ? {} : { workers }),
};

/** The runner of a cluster whose address is its name; null for what is no such address. */
export function runnerAt(address: string): Runner | null {
  if (/^(tcp|tls|wss?):\/\//.test(address)) return dask({ address });
  return address.startsWith("ray://") ? ray({ address }) : null;
}
