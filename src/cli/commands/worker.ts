import { type Command, Option } from "commander";
import type { ExitCode } from "../exit.ts";
import type { WorkerFlags } from "../worker/worker.ts";
import { gather } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle worker pipeline.ts                        serve the queue of this project, until Ctrl-C
  heddle worker pipeline.ts media.ts --concurrency 8
  heddle worker pipeline.ts --queue slow           only jobs of this queue
  heddle worker pipeline.ts --runner processes -n 4
  heddle worker pipeline.ts --until-idle           what there is to do now, and no longer

SIGTERM and Ctrl-C: it takes nothing more, and ends when its jobs have ended. Again: it gives them back, and ends now.`;

export function addWorker(program: Command, done: (code: ExitCode) => void): void {
  program
    .command("worker")
    .summary("run jobs that were delayed")
    .description("Run jobs: calls that t.delay(…) has stored, of the tasks and flows that these modules define.")
    .argument("[file...]", "the modules; it takes only jobs of their tasks, and of those they import")
    .option("--concurrency <count>", "how many jobs at once; default: the available CPUs")
    .option("--queue <name>", 'which queue, several times for several; default: "default"', gather)
    .option(
      "-o, --store <place>",
      "the store's folder, or the URL of a Redis; default: HEDDLE_QUEUE, else .heddle in the project",
    )
    .addOption(
      new Option("--engine <name>", "what keeps the queue; default: what -o says").choices(["embedded", "redis"]),
    )
    .option(
      "-n, --workers <count>",
      'how many workers calls run on: a number or "auto"; on threads, if no runner is named',
    )
    .option(
      "--runner <name>",
      "where calls run: inline, threads, processes, dask, ray, the address of a cluster, or a name from the config; default: inline",
    )
    .option("--limit <label=amount>", "how much of a label at once, or per time, for all jobs of this worker", gather)
    .option("--cache", "keep the results of every task that does not say cache itself")
    .option("--max-inputs <size>", "how much a job may bring along; more is refused unread; default: 256MiB")
    .option("--bundles", "calls of other tasks, too, whose runs send the code; needs a Redis and HEDDLE_SECRET")
    .option("--keep <time>", "how long jobs are known after they have ended; default: 7d")
    .option("--until-idle", "end when there is nothing left that could start now")
    .option("--json", "what happens to jobs as lines of JSON on stdout")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (files: readonly string[], flags: WorkerFlags) => {
      const { worker } = await import("../worker/worker.ts");
      done(await worker(files, flags));
    });
}
