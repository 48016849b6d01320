/** `heddle graph`: draws what a run would do, without running it. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { findRoot } from "../../config/find.ts";
import { loadConfig } from "../../config/load.ts";
import { UsageError } from "../../errors.ts";
import type { Plan } from "../../graph/plan.ts";
import type { RunSettings } from "../../run/settings.ts";
import { optionsOf } from "../../task/task.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { choose } from "../run/choose.ts";
import { readInputs } from "../run/inputs.ts";
import { importConfig, loadModule } from "../run/load.ts";
import { locate } from "../run/locate.ts";
import { choosePlace, runnersByName } from "../run/place.ts";
import { watchForSilentEnd } from "../run/stalled.ts";
import { type FormatFlags, formatOf, written } from "./format.ts";
import { planText } from "./text.ts";

export interface GraphFlags extends FormatFlags {
  readonly input?: string;
  readonly args?: string;
  /** Not given: where there are many calls. */
  readonly group?: boolean;
  readonly verbose?: boolean;
}

/** Makes the plan of a flow or task with these inputs; no task is executed. */
export type Planner = (target: unknown, inputs: unknown[], settings: RunSettings) => Promise<Plan>;

export async function graph(given: string, flags: GraphFlags, planner: Planner): Promise<ExitCode> {
  // What cannot be written should be known before user code is loaded.
  formatOf(flags);
  const plan = await makePlan(given, flags, planner);
  const text = await written(plan, flags, { group: flags.group ?? "auto" });
  if (flags.out === undefined) process.stdout.write(text);
  else {
    await write(flags.out, text);
    process.stderr.write(`${flags.out}: ${planText(plan)}\n`);
  }
  return EXIT.ok;
}

async function makePlan(given: string, flags: GraphFlags, planner: Planner): Promise<Plan> {
  const watch = watchForSilentEnd();
  try {
    const inputs = await readInputs(flags);
    const { file, shown, name } = await locate(given);
    const root = findRoot(path.dirname(file));
    watch({
      problem: `${shown} never finished loading`,
      hint: "Its top level, or that of a module it imports, awaits what nothing is left to settle, or calls process.exit().",
      code: EXIT.module,
    });
    const { config, file: configPath } = await loadConfig(root, importConfig);
    const target = choose(await loadModule(file, shown), name);
    const own = target.value === null ? target.definition.options : optionsOf(target.value);
    const configFile = configPath === null ? "heddle.config" : path.relative(process.cwd(), configPath);
    watch({
      problem: `The ${target.definition.kind} "${target.definition.name}" could not be planned to its end when nothing was left to do`,
      hint: "It awaits a promise that no timer, connection or call is left to settle, or something calls process.exit().",
      code: EXIT.failed,
    });
    return await planner(target.value ?? target.definition, inputs, {
      root,
      quiet: true,
      runners: runnersByName(config, configFile),
      ...choosePlace({ runner: undefined, workers: undefined, own: own.runner, config, configFile }),
      ...(config.defaults !== undefined && { defaults: config.defaults }),
    });
  } finally {
    watch(null);
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw new UsageError(
      {
        problem: `${file} cannot be written: ${code === "ENOENT" ? `there is no folder ${path.dirname(file)}` : String(error)}`,
        hint: "Make the folder first, or name another file with --out.",
      },
      { cause: error },
    );
  }
}
