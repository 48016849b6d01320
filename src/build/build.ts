import { realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { findRoot } from "../config/find.ts";
import type { LimitsConfig } from "../config/limits.ts";
import type { Prefixes } from "../config/prefix.ts";
import { OptionError, UsageError } from "../errors.ts";
import type { EventReader } from "../events/event.ts";
import type { Runner } from "../task/runner.ts";
import type { BuildReport } from "./report.ts";
import { within } from "./work/within.ts";

/** How `build` builds. */
export interface BuildOptions {
  /** The project's root; default: the nearest folder, from the working directory upwards, with a config or package.json. */
  readonly root?: string;
  /** Modules that define targets, or folders in which they are called `*.target.ts`; default: all of the project. */
  readonly paths?: string | readonly string[];
  /** Only these targets, by name, and what they need. */
  readonly targets?: string | readonly string[];
  /** Where targets are executed; default inline, or threads if `workers` is given. */
  readonly runner?: Runner | string;
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
 * @throws GraphError, ModuleLoadError, UsageError
 * @example
 * const { ok, counts } = await build({ root: import.meta.dirname, workers: "auto" });
 */
export async function build(options: BuildOptions = {}): Promise<BuildReport> {
  const { root = findRoot(process.cwd()), paths = [], targets = [], force = false, workers, runner, ...rest } = options;
  const { runners, limits, prefix, readers, quiet, maxFailures, outside } = rest;
  if (maxFailures !== undefined && !(maxFailures >= 1)) {
    throw new OptionError({
      where: "build({ maxFailures })",
      problem: `${maxFailures} is not possible`,
      hint: "Give a number from 1 on.",
    });
  }
  const whole = real(resolve(root));
  if (within.getStore() === whole) {
    throw new UsageError({
      problem: `build() was called by a target of the project that it should build, ${whole}, and would wait for itself`,
      hint: "Return targets from the target, or name others as inputs: they are built then.",
    });
  }
  // Workers load this module too, and have no use for what builds.
  const { startBuild } = await import("./start.ts");
  const { report } = await startBuild(
    {
      root: whole,
      paths: [paths].flat(),
      names: [targets].flat(),
      force: typeof force === "boolean" ? force : [...force],
      ...(maxFailures !== undefined && { maxFailures }),
      ...(outside !== undefined && { outside }),
    },
    {
      ...(await placeOf(runner, workers)),
      ...(runners !== undefined && { runners }),
      ...(limits !== undefined && { limits }),
      ...(prefix !== undefined && { prefix }),
      ...(readers !== undefined && { readers }),
      quiet: quiet === true,
    },
  );
  return report;
}

/** One project has one name, however it was reached. */
function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

async function placeOf(
  runner: Runner | string | undefined,
  workers: number | "auto" | undefined,
): Promise<{ runner?: Runner | string }> {
  if (workers === undefined) return runner === undefined ? {} : { runner };
  const count = workers === "auto" ? availableParallelism() : workers;
  if (runner === undefined) return { runner: (await import("../runners/threads.ts")).threads({ workers: count }) };
  if (typeof runner === "string" || runner.resized === undefined) {
    const problem = "the number of workers of this runner cannot be changed";
    throw new OptionError({
      where: "build({ workers })",
      problem,
      hint: "Give the runner with as many as it should have.",
    });
  }
  return { runner: runner.resized(count) };
}
