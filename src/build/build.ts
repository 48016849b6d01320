import type { LimitsConfig } from "../config/limits.ts";
import type { Prefixes } from "../config/prefix.ts";
import type { EventReader } from "../events/event.ts";
import type { Runner } from "../task/runner.ts";
import type { BuildReport } from "./report.ts";

/** How `build` builds. What is not said here is as the config of the project says it. */
export interface BuildOptions {
  /** The project's root; default: the nearest folder, from the working directory upwards, with a config or package.json. */
  readonly root?: string;
  /** Modules that define targets, or folders in which they are called `*.target.ts`; default: all of the project. */
  readonly paths?: string | readonly string[];
  /** Only these targets, and what they need: by name, by an output, or by the path of a module or folder. */
  readonly targets?: string | readonly string[];
  /** Where targets are executed: a runner, or the name of one; default inline, or threads if `workers` is given. */
  readonly runner?: Runner | string;
  /** Runners by name, besides those of the config. */
  readonly runners?: Readonly<Record<string, Runner>>;
  readonly workers?: number | "auto";
  readonly limits?: LimitsConfig;
  readonly prefix?: Prefixes;
  /** Build although nothing has changed: all that is selected, or these, by name. */
  readonly force?: boolean | readonly string[];
  /** After so many failures nothing new begins; default: all that can be built is. */
  readonly maxFailures?: number;
  /** Outputs may lie outside the project; default false. */
  readonly outside?: boolean;
  /** Given the events of the run. */
  readonly readers?: readonly EventReader[];
  /** What targets print is not also written to this process's own streams; default false. */
  readonly quiet?: boolean;
}

/**
 * Builds the targets of a project, as `heddle build` does, and gives a report. It does not reject when a target fails:
 * `ok` of the report is false then.
 *
 * Modules are loaded once in a process: what is edited afterwards is seen by the next process.
 *
 * @throws GraphError, ModuleLoadError, UsageError, OptionError, ConfigError
 * @example
 * const { ok, counts } = await build({ root: import.meta.dirname, workers: "auto" });
 */
export async function build(options: BuildOptions = {}): Promise<BuildReport> {
  // Workers load this module too, and have no use for what builds.
  const { buildFor } = await import("./program/program.ts");
  return buildFor(options);
}
