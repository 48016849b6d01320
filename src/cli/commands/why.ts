import type { Command } from "commander";
import type { ExitCode } from "../exit.ts";
import type { WhyFlags } from "../why/why.ts";

const EXAMPLES = `
Examples:
  heddle why score-12                                     of the latest run
  heddle why score-12 --run 20261122091015-fa5438
  heddle why score-12 --json | jq .reasons

Runs are known by their logs under .heddle/runs.`;

export function addWhy(program: Command, done: (code: ExitCode) => void): void {
  program
    .command("why")
    .summary("say why a call ran, or did not")
    .description(
      "Say whether a call of a run was executed or came from the cache, and why: " +
        "what has changed since earlier results, down to the declaration and the part of the input.",
    )
    .argument("<call>", "as displays name it, such as score-12")
    .option("--run <id>", "of which run: its id, or the first or last characters of it; default: the latest")
    .option("-o, --store <dir>", "where the run kept its results; default: as the config says, else .heddle")
    .option("--json", "as JSON")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (call: string, flags: WhyFlags) => {
      const { why } = await import("../why/why.ts");
      done(await why(call, flags));
    });
}
