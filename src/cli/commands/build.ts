import type { Command } from "commander";
import type { BuildFlags } from "../build/build.ts";
import type { ExitCode } from "../exit.ts";
import { gather } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle build                   everything that is not up to date
  heddle build -n auto           on a thread for each available CPU
  heddle build plot "part(3)"    these targets, and what they need
  heddle build src/reports       the targets that are defined there
  heddle build --force plot      this one anew, although nothing has changed

Exit codes: 0 all well, 1 a target failed, 2 usage or configuration, 3 a module could not be loaded,
4 the targets do not fit together, 130 interrupted.`;

export function addBuild(program: Command, done: (code: ExitCode) => void): void {
  program
    .command("build")
    .summary("build the targets that are not up to date")
    .description(
      "Build targets: those in *.target.ts, or in the modules and folders that are named, or with the names that are given.",
    )
    .argument(
      "[paths or targets...]",
      "modules or folders with targets, or names of targets; default: all of the project",
    )
    .option("-n, --workers <count>", 'how many workers: a number or "auto"; on threads, if no runner is named')
    .option("--runner <name>", "where targets are built: inline, threads, processes or a name from the config")
    .option("--prefix <label=command>", "what runs the targets with a label: 'gpu=srun --gres=gpu:{gpu}'", gather)
    .option("--limit <label=amount>", "how much of a label at once, or per time: gpu=2, web=5/1s", gather)
    .option("--force [target...]", "build these although nothing has changed, or all that are chosen")
    .option("--in-process", "everything in this process, one at a time")
    .option("--inspect", "open the inspector, and build everything in this process")
    .option("--inspect-brk", "the same, and wait for a debugger before modules are loaded")
    .option("--inspect-port <port>", "where the inspector listens: port or host:port; default 9229")
    .option("--no-log", "keep no log of the run under .heddle/runs")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (words: readonly string[], flags: BuildFlags) => {
      const { buildTargets } = await import("../build/build.ts");
      done(await buildTargets(words, flags));
    });
}
