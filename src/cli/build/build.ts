/** `heddle build`: from the words of the command line to built targets and an exit code. */
import type { BuildReport } from "../../build/report.ts";
import { startBuild } from "../../build/start.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit.ts";
import { checkFlags } from "../run/debugging.ts";
import { type Display, openDisplay, openLog } from "../run/display.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { watchForSilentEnd } from "../run/stalled.ts";
import { type BuildFlags, failuresOf, forceOf, withConfig } from "./build-flags.ts";
import { dryRun } from "./dry-run.ts";
import { someNames } from "./names.ts";
import { type Home, openHome, planOf, watchLoading } from "./project.ts";
import { reportJson } from "./report-json.ts";
import { settingsOf } from "./settings.ts";
import { beingWatched, listenToWatcher } from "./watched.ts";
import { type Choice, choiceOf } from "./wishes.ts";

export async function buildTargets(words: readonly string[], given: BuildFlags): Promise<ExitCode> {
  checkFlags(given);
  const home = await openHome();
  const { config } = home;
  const flags = withConfig(given, config.build);
  const choice = choiceOf(words, flags, config.build);
  failuresOf(flags, config.build);
  if (flags.dryRun === true) return dryRun(words, flags);
  if (flags.watch === true && !beingWatched()) {
    // What cannot work is told now; the inspector is for each build to open.
    settingsOf({ ...flags, inspect: false, inspectBrk: false }, config, home.configFile);
    const { watchBuilds } = await import("./watch.ts");
    return watchBuilds(
      home.root,
      process.argv.slice(2).filter(word => word !== "--watch"),
    );
  }
  return execute(home, choice, flags);
}

async function execute(home: Home, choice: Choice, flags: BuildFlags): Promise<ExitCode> {
  const watch = watchForSilentEnd();
  let display: Display | null = null;
  const interruption = onInterrupt(() =>
    display?.say("Interrupted: running targets are told to stop; Ctrl-C again ends them at once"),
  );
  const { config, configFile, root } = home;
  try {
    const settings = settingsOf(flags, config, configFile);
    const shown = await openDisplay(flags, config);
    display = shown;
    const log = openLog(flags, config, root);
    const readers = [shown.reader, interruption.reader, ...(log === null ? [] : [log])];
    watchLoading(watch);
    const started = await startBuild(
      {
        ...planOf(home, choice, forceOf(flags, config.build)),
        maxFailures: failuresOf(flags, config.build),
        waits: text => shown.say(text),
      },
      { ...settings, readers },
    );
    interruption.attach(started.run);
    const listened = listenToWatcher(started, message => shown.say(message));
    watch({
      problem: "The build had not ended when nothing was left to do",
      hint: "A target awaits a promise that no timer or connection is left to settle, or something calls process.exit().",
      code: EXIT.failed,
    });
    const code = await conclude(started.report, shown, flags, () => interruption.happened);
    await listened();
    return code;
  } finally {
    watch(null);
    interruption.release();
  }
}

async function conclude(
  report: Promise<BuildReport>,
  display: Display,
  { json }: BuildFlags,
  interrupted: () => boolean,
): Promise<ExitCode> {
  try {
    const built = await report;
    const code = interrupted() ? EXIT.interrupted : built.ok ? EXIT.ok : EXIT.failed;
    if (built.orphans.length > 0) display.say(orphansText(built.orphans));
    display.succeed(json === true ? reportJson(built) : undefined, code);
    return code;
  } catch (error) {
    const code = interrupted() ? EXIT.interrupted : exitCodeOf(error);
    display.fail(error, code);
    return code;
  }
}

function orphansText(orphans: readonly string[]): string {
  const are = orphans.length === 1 ? "is of a target that is" : "are of targets that are";
  return `${someNames(orphans)} ${are} gone: heddle clean --orphans deletes what they left`;
}
