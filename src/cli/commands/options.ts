/** Options that several commands have. */
import { type Command, InvalidArgumentError, Option } from "commander";

/** What to run, for the commands that need a flow or task and its inputs. */
export function withTarget(command: Command): Command {
  return (
    command
      // Not <file>, as --force may have taken it: the command itself misses it.
      .usage("[options] <file>")
      .argument("[file]", "the module, and after a colon the name of a flow or task in it: FILE[:name]")
      .option("--input <json>", "the first parameter, as JSON or @file.json")
      .option("--args <json>", "all parameters, as a JSON list or @file.json")
  );
}

export function withCache(command: Command): Command {
  return command
    .option("--cache", "keep the results of every task that does not say cache itself")
    .option("-o, --store <dir>", "keep them there, relative to this folder; default: .heddle in the project")
    .option("--force [task...]", "compute anew, and keep, what these tasks give, or all");
}

/** Which targets, for the commands that are about some. */
export function withChoice(command: Command): Command {
  return command
    .argument("[targets...]", "names of targets, modules or folders that define some, or outputs; default: all")
    .option("-k, --match <expression>", "targets by parts of their names and paths: 'plot and not (slow or draft)'")
    .option("--tag <tag>", "targets with this tag; given again: or with that", gather);
}

/** How a run is watched and looked into, for the commands that begin one. */
export function withShowing(command: Command): Command {
  const json = "events as lines of JSON on stdout, the result as the last one; of a dry run, the plan";
  const kinds = ["no", "stdout", "stderr", "all"];
  return command
    .option("--in-process", "everything in this process, one at a time")
    .option("--inspect", "open the inspector, and run everything in this process")
    .option("--inspect-brk", "the same, and wait for a debugger before modules are loaded")
    .option("--inspect-port <port>", "where the inspector listens: port or host:port; default 9229")
    .addOption(new Option("--json", json).conflicts("reporter"))
    .addOption(new Option("--reporter <mode>", "how progress is shown").choices(["live", "plain", "quiet"]))
    .addOption(new Option("--show-capture <what>", "what of a failed call's output is shown").choices(kinds))
    .option("--no-log", "keep no log of the run under .heddle/runs")
    .option("--verbose", "errors with their stacks");
}

/** Of an option that may be given several times, all that was given. */
export function gather(given: string, before: readonly string[] = []): readonly string[] {
  return [...before, given];
}

/** The same, of an option that takes only these words. */
export function gatherAmong(
  words: readonly string[],
): (given: string, before?: readonly string[]) => readonly string[] {
  return (given, before) => {
    if (words.includes(given)) return gather(given, before);
    throw new InvalidArgumentError(`Allowed choices are ${words.join(", ")}.`);
  };
}
