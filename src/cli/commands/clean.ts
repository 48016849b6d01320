import type { Command } from "commander";
import type { CleanFlags } from "../build/clean.ts";
import type { ExitCode } from "../exit.ts";
import { withChoice } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle clean                   the outputs of all targets, and of those that are gone
  heddle clean plot 'part(3)'    of these only
  heddle clean --orphans         of targets that are gone
  heddle clean --dry-run         say what would be deleted

What was edited since it was built, and what git tracks, stays where it is.`;

export function addClean(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command("clean")
    .summary("delete what builds have made")
    .description("Delete the outputs of targets, as far as a build has made them, and folders that are empty then.");
  withChoice(command)
    .option("--orphans", "only what targets have left that are gone")
    .option("--dry-run", "say what would be deleted, and delete nothing")
    .option("-y, --yes", "do not ask")
    .option("--json", "as JSON; needs --yes or --dry-run if there is something to delete")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (words: readonly string[], flags: CleanFlags) => {
      const { cleanTargets } = await import("../build/clean.ts");
      done(await cleanTargets(words, flags));
    });
}
