import type { Command } from "commander";
import type { ExitCode } from "../exit.ts";
import type { RunFlags } from "../run/execute.ts";
import { gather, withCache, withShowing, withTarget } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle run pipeline.ts                              the default export, else the only flow, else main
  heddle run pipeline.ts:report --input '["a", "b"]'  one parameter
  heddle run pipeline.ts --args '[1, {"deep": true}]' all parameters
  heddle run pipeline.ts --input @data.json -n 4      from a file, on 4 threads
  heddle run pipeline.ts -n auto --runner processes   a process for each available CPU
  heddle run pipeline.ts --limit gpu=2 --limit web=5/1s
                                                      at most 2 on a GPU at once, 5 requests a second
  heddle run pipeline.ts --cache                      what was computed before is not computed again
  heddle run pipeline.ts --dry-run                    what would run, and why
  heddle run pipeline.ts --force score merge          these tasks anew, the others from the cache
  heddle run pipeline.ts --json > events.jsonl        events, and the result as the last line
  heddle run pipeline.ts --inspect-brk                everything in this process, for a debugger

Exit codes: 0 all well, 1 a call failed, 2 usage or configuration, 3 a module could not be loaded, 130 interrupted.`;

export function addRun(program: Command, done: (code: ExitCode) => void): void {
  const command = withTarget(program.command("run"))
    .summary("run a flow or a task")
    .description("Run a flow, or a task, of a module: results go to stdout, progress to stderr.")
    .option(
      "-n, --workers <count>",
      'how many workers: a number or "auto"; on threads, if no runner is named. Without it: inline',
    )
    .option(
      "--runner <name>",
      "where calls run: inline, threads, processes, dask, ray, the address of a cluster, or a name from the config",
    )
    .option("--prefix <label=command>", "what runs the calls of a label: 'gpu=srun --gres=gpu:{gpu}'", gather);
  command.option("--limit <label=amount>", "how much of a label at once, or per time: gpu=2, web=5/1s", gather);
  command.option("--max-live-bytes <size>", "how much of results may be in memory, as 2GB; the rest is on disk");
  withCache(command)
    .option("--dry-run", "execute nothing: say what would run, what is in the cache, and why")
    .option(
      "--resume [run]",
      "continue the last run of this flow that failed or was interrupted: do only what is missing",
    )
    .option("--continue", "when the flow fails, still finish what it has submitted");
  withShowing(command)
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined, flags: RunFlags) => {
      if (flags.dryRun === true) {
        const { dryRun } = await import("../run/dry-run.ts");
        done(await dryRun(file, flags));
        return;
      }
      const { execute } = await import("../run/execute.ts");
      done(await execute(file, flags));
    });
}
