/** `heddle build`: from the words of the command line to built targets and an exit code. */
import { statSync } from "node:fs";
import path from "node:path";
import type { BuildReport } from "../../build/report.ts";
import { startBuild } from "../../build/start.ts";
import type { HeddleConfig } from "../../config/config.ts";
import { findRoot } from "../../config/find.ts";
import { loadConfig } from "../../config/load.ts";
import type { RunSettings } from "../../run/settings.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit.ts";
import { checkFlags, type DebugFlags, prepareDebugging } from "../run/debugging.ts";
import { type Display, openDisplay, openLog } from "../run/display.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { readLimits } from "../run/limits.ts";
import { importConfig, loadModule } from "../run/load.ts";
import { choosePlace, runnersByName } from "../run/place.ts";
import { readPrefixes } from "../run/prefix.ts";
import { watchForSilentEnd } from "../run/stalled.ts";
import { readWorkers } from "../run/workers.ts";

export interface BuildFlags extends DebugFlags {
  readonly workers?: string;
  readonly runner?: string;
  readonly limit?: readonly string[];
  readonly prefix?: readonly string[];
  /** True without names. */
  readonly force?: true | readonly string[];
  /** False with `--no-log`. */
  readonly log: boolean;
  readonly verbose?: boolean;
}

export async function buildTargets(words: readonly string[], flags: BuildFlags): Promise<ExitCode> {
  const watch = watchForSilentEnd();
  let display: Display | null = null;
  const interruption = onInterrupt(() =>
    display?.say("Interrupted: running targets are told to stop; Ctrl-C again ends them at once"),
  );
  try {
    checkFlags(flags);
    const root = findRoot(process.cwd());
    watch({
      problem: "The targets were never all loaded",
      hint: "The top level of a module awaits what nothing is left to settle, or calls process.exit().",
      code: EXIT.module,
    });
    const { config, file } = await loadConfig(root, importConfig);
    const settings = settingsOf(flags, config, file === null ? "heddle.config" : path.relative(process.cwd(), file));
    display = await openDisplay(flags, config);
    const shown = display;
    const log = openLog(flags, config, root);
    const readers = [shown.reader, interruption.reader, ...(log === null ? [] : [log])];
    const { paths, names } = sorted(words, root);
    const { run, report } = await startBuild(
      {
        root,
        paths,
        names,
        force: flags.force ?? false,
        outside: config.build?.outside === true,
        load: (module, place) => loadModule(module, place),
        waits: other => shown.say(`Another build is at work here (process ${other}): waiting until it has ended`),
      },
      { ...settings, readers },
    );
    interruption.attach(run);
    watch({
      problem: "The build had not ended when nothing was left to do",
      hint: "A target awaits a promise that no timer or connection is left to settle, or something calls process.exit().",
      code: EXIT.failed,
    });
    return await conclude(report, shown, () => interruption.happened);
  } finally {
    watch(null);
    interruption.release();
  }
}

/** What is a file or folder is one; the rest are names of targets. */
function sorted(words: readonly string[], root: string): { readonly paths: string[]; readonly names: string[] } {
  const paths: string[] = [];
  const names: string[] = [];
  for (const word of words) {
    if (statSync(word, { throwIfNoEntry: false }) === undefined) names.push(word);
    else paths.push(path.relative(root, path.resolve(word)) || ".");
  }
  return { paths, names };
}

function settingsOf(flags: BuildFlags, config: HeddleConfig, configFile: string): RunSettings {
  const inProcess = prepareDebugging(flags);
  const workers = flags.workers === undefined ? undefined : readWorkers(flags.workers);
  const place = inProcess ? {} : choosePlace({ runner: flags.runner, workers, own: undefined, config, configFile });
  return {
    quiet: true,
    inProcess,
    runners: runnersByName(config, configFile),
    ...place,
    limits: readLimits(flags.limit ?? []),
    ...(flags.prefix !== undefined && { prefix: readPrefixes(flags.prefix) }),
    ...(config.prefix !== undefined && { fallbackPrefix: config.prefix }),
    ...(config.defaults !== undefined && { defaults: config.defaults }),
    ...(config.limits !== undefined && { defaultLimits: config.limits }),
    ...(config.strict !== undefined && { strict: config.strict }),
  };
}

async function conclude(report: Promise<BuildReport>, display: Display, interrupted: () => boolean): Promise<ExitCode> {
  try {
    const { ok } = await report;
    const code = ok ? EXIT.ok : EXIT.failed;
    display.succeed(undefined, code);
    return interrupted() ? EXIT.interrupted : code;
  } catch (error) {
    const code = interrupted() ? EXIT.interrupted : exitCodeOf(error);
    display.fail(error, code);
    return code;
  }
}
