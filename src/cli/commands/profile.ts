import type { Command } from "commander";
import type { ProfileFlags } from "../build/profile.ts";
import type { ExitCode } from "../exit.ts";
import { withChoice } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle profile                 the targets of the last build, the slowest first
  heddle profile -k plot --json
  heddle profile --run fa5438    of an earlier build`;

export function addProfile(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command("profile")
    .summary("say where the time of a build went")
    .description(
      "List targets with how long they ran, how long they waited for a worker, and the size of their outputs. " +
        "Times are from the log of the build under .heddle/runs, and of what did not run in it from when it last did.",
    );
  withChoice(command)
    .option("--run <id>", "of which build: the id of its run, or the first or last characters of it; default: the last")
    .option("--json", "as JSON")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (words: readonly string[], flags: ProfileFlags) => {
      const { profileTargets } = await import("../build/profile.ts");
      done(await profileTargets(words, flags));
    });
}
