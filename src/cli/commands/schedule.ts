import type { Command } from "commander";
import type { ExitCode } from "../exit.ts";
import type { QueueFlags } from "../jobs/place.ts";
import type { AddFlags } from "../schedule/add.ts";

type Done = (code: ExitCode) => void;

const EXAMPLES = `
Examples:
  heddle schedule add nightly report.ts --cron "0 5 * * *" --timezone Europe/Berlin
  heddle schedule add ping checks.ts:ping --cron "*/5 * * * *" --input '"https://example.org"'
  heddle schedule ls
  heddle schedule rm nightly

Workers see to it: while none is running, times pass, and the next one to start makes up for them once.`;

export function addSchedule(program: Command, done: Done): void {
  const schedule = program
    .command("schedule")
    .summary("delay a task again and again, as cron does")
    .description("Let a task or flow become a job at certain times, again and again.")
    .addHelpText("after", EXAMPLES);
  subcommand(schedule, "add")
    .summary("add a schedule, or change it")
    .description("Add a schedule, or change the one of this name.")
    .argument("<name>", "what it is called")
    .argument("<file>", "the module, and after a colon the name of a flow or task in it: FILE[:name]")
    .requiredOption("--cron <pattern>", 'when: minute, hour, day, month and weekday, such as "0 5 * * 1-5"')
    .option("--timezone <name>", "of the pattern, such as Europe/Berlin; default: that of the worker")
    .option("--input <json>", "the first parameter, as JSON or @file.json")
    .option("--args <json>", "all parameters, as a JSON list or @file.json")
    .option("--queue <name>", 'the queue of its jobs; default: "default"')
    .option("--priority <number>", "of its jobs; higher goes first")
    .action(async (name: string, file: string, flags: AddFlags) => {
      const { add } = await import("../schedule/add.ts");
      done(await add(name, file, flags));
    });
  subcommand(schedule, "ls", true)
    .summary("list schedules")
    .description("List schedules, and when they come next.")
    .action(async (flags: QueueFlags) => {
      const { list } = await import("../schedule/list.ts");
      done(await list(flags));
    });
  subcommand(schedule, "rm")
    .summary("remove a schedule")
    .description("Remove a schedule. Jobs that it has made stay.")
    .argument("<name>", "what it is called")
    .action(async (name: string, flags: QueueFlags) => {
      const { remove } = await import("../schedule/list.ts");
      done(await remove(name, flags));
    });
}

function subcommand(schedule: Command, usage: string, isDefault = false): Command {
  return schedule
    .command(usage, { isDefault })
    .option(
      "-o, --store <place>",
      "the store's folder, or the URL of a Redis; default: HEDDLE_QUEUE, else .heddle in the project",
    )
    .option("--json", "as JSON")
    .option("--verbose", "errors with their stacks");
}
