import type { Command } from "commander";
import type { ExitCode } from "../exit.ts";

const EXAMPLES = `
Examples:
  heddle init my-pipeline   a project in a new folder
  heddle init --yes         here, without questions; files that exist are left as they are`;

export function addInit(program: Command, done: (code: ExitCode) => void): void {
  program
    .command("init")
    .summary("write a small project that runs")
    .description("Write a small project that runs: tasks, a flow and a config. No file is overwritten.")
    .argument("[folder]", "where; default: here", ".")
    .option("-y, --yes", "ask nothing")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (folder: string, flags: { readonly yes?: boolean }) => {
      const { init } = await import("../init/init.ts");
      done(await init(folder, flags));
    });
}
