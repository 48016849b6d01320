import { type Command, Option } from "commander";
import type { BuildFlags } from "../build/build-flags.ts";
import type { ExitCode } from "../exit.ts";
import { gather, withChoice, withShowing } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle build                   everything that is not up to date
  heddle build -n auto           on a thread for each available CPU
  heddle build plot "part(3)"    these targets, and what they need
  heddle build src/reports       the targets that are defined there
  heddle build bld/plot.png      what makes this file
  heddle build -k 'plot and not slow'
  heddle build --force plot      this one anew, although nothing has changed
  heddle build --dry-run         what would be built, and why
  heddle build --watch           again whenever something changes

Exit codes: 0 all well, 1 a target failed, 2 usage or configuration, 3 a module could not be loaded,
4 the targets do not fit together, 130 interrupted.

--no-force, --no-dry-run, --no-explain, --no-stop and --no-watch take back what the config says.`;

export function addBuild(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command("build")
    .summary("build the targets that are not up to date")
    .description("Build the targets of a project, in its *.target.ts: all of them, or those that are named.");
  withChoice(command)
    .option(
      "-n, --workers <count>",
      'how many workers: a number or "auto"; on threads, if no runner is named. Without it: inline',
    )
    .option(
      "--runner <name>",
      "where targets are built: inline, threads, processes, dask, ray, the address of a cluster, or a name from the config",
    )
    .option("--prefix <label=command>", "what runs the targets with a label: 'gpu=srun --gres=gpu:{gpu}'", gather)
    .option("--limit <label=amount>", "how much of a label at once, or per time: gpu=2, web=5/1s", gather)
    .option("--force [target...]", "build these although nothing has changed, or all that are chosen")
    .option("--dry-run", "build nothing: say what would be built, and why")
    .option("--explain", "say of each target that is built why")
    .option("--max-failures <count>", "after so many failures nothing new begins")
    .addOption(new Option("--stop", "after the first failure nothing new begins").conflicts("maxFailures"))
    .option("--watch", "go on, and build again when something changes");
  for (const flag of ["force", "dry-run", "explain", "stop", "watch"]) {
    command.addOption(new Option(`--no-${flag}`, "whatever the config says").hideHelp());
  }
  withShowing(command)
    .addHelpText("after", EXAMPLES)
    .action(async (words: readonly string[], flags: BuildFlags) => {
      const { buildTargets } = await import("../build/build.ts");
      done(await buildTargets(words, flags));
    });
}
