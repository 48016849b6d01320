import { type Command, Option } from "commander";
import { stateNames } from "../../graph/states.ts";
import type { ExitCode } from "../exit.ts";
import type { ListFlags } from "../jobs/list.ts";
import type { QueueFlags } from "../jobs/place.ts";
import type { PruneFlags } from "../jobs/prune.ts";
import { gatherAmong } from "./options.ts";

type Done = (code: ExitCode) => void;

const EXAMPLES = `
Examples:
  heddle jobs                                  the newest first
  heddle jobs ls --state queued --state running
  heddle jobs show 0mf3kq2a7x9c                its inputs, and what it gave
  heddle jobs cancel 0mf3kq2a7x9c
  heddle jobs retry 0mf3kq2a7x9c               begin anew what ended badly

A job is named by its id, or by the first or last characters of it.`;

export function addJobs(program: Command, done: Done): void {
  const jobs = program
    .command("jobs")
    .summary("list, show, cancel and retry delayed calls")
    .description("Look after jobs: calls that t.delay(…) has stored for workers.")
    .addHelpText("after", EXAMPLES);
  addList(jobs, done);
  subcommand(jobs, "show")
    .summary("show one job")
    .description("Show one job: its state, its inputs, its result or error, and what it has printed.")
    .argument("<job>", "its id")
    .action(async (id: string, flags: QueueFlags) => {
      const { show } = await import("../jobs/show.ts");
      done(await show(id, flags));
    });
  subcommand(jobs, "cancel")
    .summary("cancel jobs")
    .description("Cancel jobs: what waits never starts, what runs gets the signal.")
    .argument("<job...>", "their ids")
    .action(async (ids: readonly string[], flags: QueueFlags) => {
      const { cancel } = await import("../jobs/change.ts");
      done(await cancel(ids, flags));
    });
  subcommand(jobs, "retry")
    .summary("begin anew what ended badly")
    .description("Let jobs begin anew that failed, crashed, took too long or were cancelled.")
    .argument("<job...>", "their ids")
    .action(async (ids: readonly string[], flags: QueueFlags) => {
      const { retry } = await import("../jobs/change.ts");
      done(await retry(ids, flags));
    });
  subcommand(jobs, "prune")
    .summary("forget jobs that have ended")
    .description("Forget jobs that have ended, and their results. Workers do so by themselves after a while.")
    .option("--older-than <time>", "what ended longer ago than this; default: 7d")
    .action(async (flags: PruneFlags) => {
      const { prune } = await import("../jobs/prune.ts");
      done(await prune(flags));
    });
}

function addList(jobs: Command, done: Done): void {
  jobs
    .command("ls", { isDefault: true })
    .summary("list jobs, the newest first")
    .description("List jobs, the newest first.")
    .argument("[task]", "only those of this task, by its name or its identity")
    .addOption(
      new Option("--state <state>", "only those in this state; may be repeated")
        .choices(stateNames)
        .argParser(gatherAmong(stateNames)),
    )
    .option("--queue <name>", "only those of this queue")
    .option("--limit <count>", "at most so many; default: 50 in a terminal, else all")
    .option("-o, --store <place>", STORE)
    .option("--json", "as JSON")
    .option("--verbose", "errors with their stacks")
    .action(async (task: string | undefined, flags: ListFlags) => {
      const { list } = await import("../jobs/list.ts");
      done(await list(task, flags));
    });
}

const STORE = "the store's folder, or the URL of a Redis; default: HEDDLE_QUEUE, else .heddle in the project";

/** What all of them take. */
function subcommand(jobs: Command, usage: string): Command {
  return jobs
    .command(usage)
    .option("-o, --store <place>", STORE)
    .option("--json", "as JSON")
    .option("--verbose", "errors with their stacks");
}
