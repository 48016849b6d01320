import type { Command } from "commander";
import type { CollectFlags } from "../build/collect.ts";
import type { ExitCode } from "../exit.ts";
import { withChoice } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle collect                 the targets of the project, by module
  heddle collect --files         with the files that they read and make
  heddle collect -k plot --json`;

export function addCollect(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command("collect")
    .summary("list the targets of a project")
    .description("List targets by the modules that define them. Nothing is built, and no file is read.");
  withChoice(command)
    .option("--files", "with the files that they read and make")
    .option("--json", "as JSON")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (words: readonly string[], flags: CollectFlags) => {
      const { collectTargets } = await import("../build/collect.ts");
      done(await collectTargets(words, flags));
    });
}
