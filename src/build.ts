/** The door `heddle/build`: targets, which bind tasks to files. */
export { type BuildOptions, build } from "./build/build.ts";
export { dir, file, files } from "./build/declare/nodes.ts";
export { target } from "./build/declare/target.ts";
export type {
  Body,
  Given,
  More,
  Output,
  Outputs,
  Parameter,
  ParametricTarget,
  Paths,
  Previous,
  Target,
  TargetOptions,
} from "./build/declare/types.ts";
export type { Reason } from "./build/freshness/judge.ts";
export type { BuildReport, TargetReport } from "./build/report.ts";
