/** `heddle run`: from the words of the command line to a result and an exit code. */
import path from "node:path";
import type { HeddleConfig } from "../../config/config.ts";
import { findRoot } from "../../config/find.ts";
import { loadConfig } from "../../config/load.ts";
import type { RunSettings } from "../../run/settings.ts";
import { startRun } from "../../run/start.ts";
import type { AnyOptions } from "../../task/definition.ts";
import { optionsOf } from "../../task/task.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit.ts";
import { type Candidate, choose } from "./choose.ts";
import { checkFlags, type DebugFlags, prepareDebugging } from "./debugging.ts";
import { type Display, openDisplay, openLog } from "./display.ts";
import { readInputs } from "./inputs.ts";
import { onInterrupt } from "./interrupt.ts";
import { importConfig, loadModule } from "./load.ts";
import { locate } from "./locate.ts";
import { choosePlace, runnersByName } from "./place.ts";
import { watchForSilentEnd } from "./stalled.ts";
import { readWorkers } from "./workers.ts";

export interface RunFlags extends DebugFlags {
  readonly input?: string;
  readonly args?: string;
  readonly workers?: string;
  readonly runner?: string;
  readonly continue?: boolean;
  readonly json?: boolean;
  readonly reporter?: "live" | "plain" | "quiet";
  readonly showCapture?: "no" | "stdout" | "stderr" | "all";
  /** False with `--no-log`. */
  readonly log: boolean;
  readonly verbose?: boolean;
}

/** What the command line, the flow and the config say together. */
interface Plan {
  readonly target: Candidate;
  readonly inputs: unknown[];
  readonly root: string;
  readonly config: HeddleConfig;
  readonly settings: RunSettings;
}

export async function execute(given: string, flags: RunFlags): Promise<ExitCode> {
  const watch = watchForSilentEnd();
  let display: Display | null = null;
  const interruption = onInterrupt(() =>
    display?.say("Interrupted: running calls are told to stop; Ctrl-C again ends them at once"),
  );
  try {
    const plan = await makePlan(given, flags, watch);
    display = await openDisplay(flags, plan.config);
    const log = openLog(flags, plan.config, plan.root);
    const readers = [display.reader, interruption.reader, ...(log === null ? [] : [log])];
    const run = startRun(plan.target.value ?? plan.target.definition, plan.inputs, { ...plan.settings, readers });
    interruption.attach(run);
    watch({
      problem: `The ${plan.target.definition.kind} "${plan.target.definition.name}" had not ended when nothing was left to do`,
      hint: "It awaits a promise that no timer, connection or call is left to settle, or something calls process.exit().",
      code: EXIT.failed,
    });
    return await conclude(run.result, display, () => interruption.happened);
  } finally {
    watch(null);
    interruption.release();
  }
}

async function conclude(result: Promise<unknown>, display: Display, interrupted: () => boolean): Promise<ExitCode> {
  try {
    const value = await result;
    const code = interrupted() ? EXIT.interrupted : EXIT.ok;
    display.succeed(value, code);
    return code;
  } catch (error) {
    const code = interrupted() ? EXIT.interrupted : exitCodeOf(error);
    display.fail(error, code);
    return code;
  }
}

async function makePlan(given: string, flags: RunFlags, watch: ReturnType<typeof watchForSilentEnd>): Promise<Plan> {
  checkFlags(flags);
  const workers = flags.workers === undefined ? undefined : readWorkers(flags.workers);
  const inputs = await readInputs(flags);
  const { file, shown, name } = await locate(given);
  const inProcess = prepareDebugging(flags);
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
  const wishes = { runner: flags.runner, workers, own: own.runner, config, configFile };
  const place = inProcess ? {} : choosePlace(wishes);
  const settings: RunSettings = {
    root,
    quiet: true,
    inProcess,
    runners: runnersByName(config, configFile),
    ...place,
    ...(config.defaults !== undefined && { defaults: config.defaults }),
    ...policies(flags, own, config),
  };
  return { target, inputs, root, config, settings };
}

/** The config stands behind the flow's own options, the command line before them. */
function policies(flags: RunFlags, own: AnyOptions, config: HeddleConfig): Pick<RunSettings, "onError" | "strict"> {
  const onError = flags.continue === true ? "continue" : (own.onError ?? config.onError);
  const strict = own.strict ?? config.strict;
  return { ...(onError !== undefined && { onError }), ...(strict !== undefined && { strict }) };
}
