import type { Command } from "commander";
import type { AcceptFlags } from "../build/accept.ts";
import type { ExitCode } from "../exit.ts";
import { withChoice } from "./options.ts";

const EXAMPLES = `
Examples:
  heddle accept plot             after an edit that changes nothing that plot makes
  heddle accept -k 'not slow'
  heddle build --dry-run         shows what would be built, and so what there is to accept`;

export function addAccept(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command("accept")
    .summary("take targets as they are to be up to date")
    .description(
      "Record the present code, inputs and outputs of targets as up to date, without building them. " +
        "Nothing is recorded if one of their files is not there.",
    );
  withChoice(command)
    .option("--json", "as JSON")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (words: readonly string[], flags: AcceptFlags) => {
      const { acceptTargets } = await import("../build/accept.ts");
      done(await acceptTargets(words, flags));
    });
}
